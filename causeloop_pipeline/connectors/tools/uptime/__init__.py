"""Tools that watch from outside whether something answers, and status pages."""
