"""Records that programs send."""
