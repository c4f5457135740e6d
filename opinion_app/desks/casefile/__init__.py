"""The case page (办件页): one case with everything at hand, and what may be done to it next."""
