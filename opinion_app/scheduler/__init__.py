"""Scheduler (定时): the second process; a table of jobs and the lease that lets one clock act."""
