"""Accounts (账号): signing in and out, one's own password, sessions and leave."""
