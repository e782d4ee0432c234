"""What to do about patterns, and whether it worked."""
