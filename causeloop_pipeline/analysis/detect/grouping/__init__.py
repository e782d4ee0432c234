"""All issues of a workspace into patterns."""
