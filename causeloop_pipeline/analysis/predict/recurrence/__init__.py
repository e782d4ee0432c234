"""The probability that a pattern recurs within a window."""
