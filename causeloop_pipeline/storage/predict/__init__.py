"""The schema `predict`: predictions, outcomes, forecasts and trained models."""
