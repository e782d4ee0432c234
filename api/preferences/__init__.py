"""What the caller keeps for themselves in a workspace."""
