"""The API under real HTTP, on the real database."""
