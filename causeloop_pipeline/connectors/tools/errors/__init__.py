"""Error trackers."""
