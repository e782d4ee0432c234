"""Rates before and after a change, compared."""
