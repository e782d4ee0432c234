"""Signing in at the identity provider with a browser."""
