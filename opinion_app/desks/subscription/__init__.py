"""Subscription (日历订阅): each person's due dates for a calendar program, behind a secret link that can be taken back."""
