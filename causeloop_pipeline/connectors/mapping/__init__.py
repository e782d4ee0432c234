"""What a tool's payload means: which value of it becomes which field of an issue or a change."""
