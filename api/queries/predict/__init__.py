"""Queries of predictions, forecasts and outcomes."""
