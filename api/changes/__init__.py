"""Changes such as deployments, which may have caused issues."""
