"""Review (审核、签发): the unit head, the three gates and the leader's signature, each bound to the text that was read."""
