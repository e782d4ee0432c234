"""What may have one cause and is not linked: questions to people."""
