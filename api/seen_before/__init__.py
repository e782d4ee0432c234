"""Whether a failure was seen before: what fixed it, and whether that held."""
