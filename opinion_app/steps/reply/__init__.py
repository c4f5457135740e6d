"""Reply (答复): the lead unit drafts the public text, version by version, and submits it for review."""
