"""What the caller keeps for himself in a workspace."""
