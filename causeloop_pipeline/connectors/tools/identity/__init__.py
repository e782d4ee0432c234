"""Tools that let people in, and log who was refused."""
