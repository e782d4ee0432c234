"""A year of believable failures, served as the real tools would, and what caused each."""
