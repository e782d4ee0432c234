"""Commands that look after an installation and its data: keys, status, export, erasure."""
