"""Trackers of issues, code and work."""
