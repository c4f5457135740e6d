"""Rules (规则), floor 0: pure decisions; facts and `now` in, a decision or a refusal out; no Flask, no SQLAlchemy."""
