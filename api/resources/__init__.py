"""What several routes of one resource share."""
