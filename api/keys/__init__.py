"""Keys of programs and of people."""
