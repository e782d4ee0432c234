"""What the routers of connectors and of arriving records share."""
