"""Passwords: change, reset and its links."""
