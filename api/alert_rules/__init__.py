"""Rules that say which predictions alert whom."""
