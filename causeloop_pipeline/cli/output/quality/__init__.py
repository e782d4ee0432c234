"""The page on quality: what each command that measures quality writes into it."""
