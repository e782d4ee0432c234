"""Routes of recommendations and alerts."""
