"""Who takes care of a pattern or a recommendation."""
