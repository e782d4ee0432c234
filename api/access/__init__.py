"""What a caller may do: roles, plans and signing keys."""
