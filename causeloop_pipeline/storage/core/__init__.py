"""The schema `core`: issues and changes."""
