"""Detects what recurs: from issues to fingerprints, patterns and clusters."""
