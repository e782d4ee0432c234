"""Merging, splitting and moving what belongs to a pattern."""
