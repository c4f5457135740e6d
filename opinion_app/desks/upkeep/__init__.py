"""Upkeep (日常维护): what the clock clears away so that nothing grows without end, and what it must never clear away."""
