"""What signing in, limits and the audit log keep in the database."""
