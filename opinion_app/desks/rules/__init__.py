"""The rules desk (时限规则): the office's table of deadlines with their sources, changed by new versions after a preview."""
