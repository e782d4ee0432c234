"""Events that tell what has changed."""
