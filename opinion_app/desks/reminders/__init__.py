"""Reminders (催办): who is told of what falls due - the morning's digest and the rungs that ring at once."""
