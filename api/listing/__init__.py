"""Lists: their columns, sorts and filters as SQL, their pages and their totals."""
