"""What every request and response shares: errors, bodies, pages, connections."""
