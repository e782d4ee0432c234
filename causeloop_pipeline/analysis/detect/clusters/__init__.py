"""Patterns that belong to one systemic problem."""
