"""Routes of issues, patterns and clusters."""
