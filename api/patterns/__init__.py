"""Patterns: lists, details and how they are handled."""
