"""Erases a workspace or a person from every table, so that nothing of them can be found again."""
