"""Files that people upload: what was understood of each, its import, and taking it back."""
