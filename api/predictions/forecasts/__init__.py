"""How many issues of a pattern are expected each day."""
