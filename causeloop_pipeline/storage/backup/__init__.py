"""Backs up the database server, and restores the embedded one to a point in time."""
