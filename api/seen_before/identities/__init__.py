"""The stable identity of a failure, and who works on it."""
