"""The roles that the groups of a directory give, which owners decide."""
