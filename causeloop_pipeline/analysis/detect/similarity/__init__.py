"""How alike two issues are, and how likely they share a cause."""
