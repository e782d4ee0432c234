"""Types of connectors: the catalog, and how each is connected."""
