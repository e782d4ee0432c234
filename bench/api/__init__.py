"""The cost of API reads, compared with a plain handler on the same server."""
