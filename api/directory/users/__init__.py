"""People of a directory."""
