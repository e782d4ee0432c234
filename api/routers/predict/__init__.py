"""Routes of predictions, forecasts and outcomes."""
