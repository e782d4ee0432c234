"""Issues from an export file of any tool: columns, dates and vendor values."""
