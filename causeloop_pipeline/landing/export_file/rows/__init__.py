"""The rows of a file of any kind, one at a time: of what cannot be read, where it is and why."""
