"""Reads what is not ours in a process of its own, bounded in memory and in what it may reach."""
