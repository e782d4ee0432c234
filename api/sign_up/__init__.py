"""Signing up: an organization with its first workspace and its owner."""
