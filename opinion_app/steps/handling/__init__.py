"""Handling (承办): what the units do with a case - sign for it, return it, work on it, report, ask for more time."""
