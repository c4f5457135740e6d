"""Notify (信差): turns a finished notice into mail or a file, and says how the delivery ended."""
