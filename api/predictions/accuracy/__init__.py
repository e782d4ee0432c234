"""How good the predictions were, issued and backtested."""
