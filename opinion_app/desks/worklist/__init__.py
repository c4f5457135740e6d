"""Worklists (待办): what waits for whom, most urgent first."""
