"""What several tools share, declared once: formats that they send, and lists by which they are read."""
