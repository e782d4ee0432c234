"""Files that other programs leave somewhere."""
