"""People and groups of a directory (SCIM 2.0), and the connection to it."""
