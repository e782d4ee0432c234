"""Which pattern an issue belongs to, and why."""
