"""Events that tools send."""
