"""Comments and closings in trackers."""
