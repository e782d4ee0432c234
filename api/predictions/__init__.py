"""Predictions, their outcomes and the risk matrix."""
