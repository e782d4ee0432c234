"""Issues: lists, details, reports by hand and corrections."""
