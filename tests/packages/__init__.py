"""Packages of their own in this repository."""
