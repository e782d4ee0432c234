"""What an issue shares with its recurrences: template and dimensions."""
