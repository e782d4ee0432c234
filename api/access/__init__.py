"""What a role, a plan and a key may do: one readable table each."""
