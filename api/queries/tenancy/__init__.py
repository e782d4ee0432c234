"""Queries of organizations, workspaces, people and sessions."""
