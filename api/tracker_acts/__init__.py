"""What is done by itself on issues in their trackers, or would be, and how often it was right."""
