"""SQL of the directory: its token, its people and its groups."""
