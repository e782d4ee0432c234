"""Backs the database server up, and restores the embedded one as it was at an instant."""
