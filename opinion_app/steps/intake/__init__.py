"""Intake (收件登记): messages and letters entered by staff, query codes for their writers, and imported sheets."""
