"""Erases a workspace or a person from every table, without trace."""
