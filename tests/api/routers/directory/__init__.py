"""The directory as identity providers use it."""
