"""Supervising (催办督办): a clerk or leader asks a unit by hand, the unit answers, and both print."""
