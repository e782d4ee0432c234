"""Connector types that a workspace declares itself."""
