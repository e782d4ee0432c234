"""A code location that fails now and then."""
