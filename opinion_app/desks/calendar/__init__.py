"""The calendar desk (工作日历): a year at a glance, loading a yearly notice with a preview, local closures."""
