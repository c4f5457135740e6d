"""The outbox (待发箱): sending what is queued, and showing everybody what was sent to whom with what result."""
