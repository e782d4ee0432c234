"""Queries of issues, patterns and clusters."""
