"""The first steps of a workspace."""
