"""What must stay true after a fix."""
