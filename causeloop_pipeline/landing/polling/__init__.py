"""Records that are asked for: HTTP lists, refreshes and SQL queries."""
