"""A tool on loopback, made from a connector's declaration and its case, and syncs against it."""
