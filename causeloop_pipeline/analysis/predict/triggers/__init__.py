"""What precedes a pattern, and the text that says so."""
