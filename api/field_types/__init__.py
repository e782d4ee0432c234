"""Types of fields that the schemas share."""
