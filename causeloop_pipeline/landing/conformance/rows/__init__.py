"""Sources of rows, files and tables, in which the kit writes and a connector then reads."""
