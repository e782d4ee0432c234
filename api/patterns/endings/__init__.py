"""How the issues of a pattern ended."""
