"""What `causeloop status` shows: figures, what is wrong with them, and the same for Prometheus."""
