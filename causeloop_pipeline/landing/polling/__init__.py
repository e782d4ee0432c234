"""Records that we request: HTTP lists, refreshes of open records, and SQL queries."""
