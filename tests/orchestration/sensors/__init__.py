"""Sensors of their own subject."""
