"""The schema `detect`: fingerprints, patterns and clusters."""
