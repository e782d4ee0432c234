"""Schemas of predictions, forecasts and outcomes."""
