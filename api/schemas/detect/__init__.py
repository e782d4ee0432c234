"""Schemas of issues, patterns and clusters."""
