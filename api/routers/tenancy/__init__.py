"""Routes of organizations, workspaces, people and sessions."""
