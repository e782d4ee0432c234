"""Groups of a directory, each with a role."""
