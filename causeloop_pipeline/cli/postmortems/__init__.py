"""What `causeloop postmortem` finds in a history of failures: the pattern, and whether its fixes held."""
