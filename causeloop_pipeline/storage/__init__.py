"""PostgreSQL: its schema, its sessions, and one file for each thing stored."""
