"""Triage (受理、分办): the clerk decides what becomes of a registered case and who takes it."""
