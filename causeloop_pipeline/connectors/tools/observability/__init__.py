"""Tools that watch systems and raise alerts."""
