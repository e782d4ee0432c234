"""One search over everything that people look for."""
