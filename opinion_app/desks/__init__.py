"""Desks (专席), floor 3: standing work beside the life of a case, one room per desk."""
