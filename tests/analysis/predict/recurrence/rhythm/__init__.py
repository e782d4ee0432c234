"""Rhythms that patterns keep."""
