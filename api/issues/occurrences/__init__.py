"""Each time that an issue, or an issue of a pattern, occurred."""
