"""Queries of recommendations and alerts."""
