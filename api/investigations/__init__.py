"""Investigations: what to find out about patterns, and the patterns that nothing explains."""
