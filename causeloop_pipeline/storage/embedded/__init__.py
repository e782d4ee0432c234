"""The PostgreSQL server of a single-machine installation."""
