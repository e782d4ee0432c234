"""Records that could not be read, and reading them again."""
