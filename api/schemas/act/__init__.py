"""Schemas of recommendations and alerts."""
