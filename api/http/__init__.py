"""What every request and response shares: errors, bodies, pages, database connections, middleware."""
