"""Figures about an installation's health, and failures that would otherwise be silent."""
