"""Wording (用语): the lists behind the hints on replies, and the templates replies begin with."""
