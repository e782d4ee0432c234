"""Whether this installation works, and its metrics."""
