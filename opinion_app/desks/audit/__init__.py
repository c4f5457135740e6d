"""Audit (审计): the trail, read by the auditor and changed by nobody."""
