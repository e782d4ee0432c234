"""From issues to fingerprints, patterns and clusters."""
