"""Tools that watch hosts and networks."""
