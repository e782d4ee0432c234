"""Schemas of organizations, workspaces, people and sessions."""
