"""Search (查询): one box for numbers, names and text, and the exact look-up by contact data."""
