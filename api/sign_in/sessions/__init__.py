"""Sessions of people, and their tokens."""
