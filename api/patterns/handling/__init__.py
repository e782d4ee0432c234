"""What the team does about a pattern."""
