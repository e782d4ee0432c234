"""Routes of connectors, webhooks and the ingest API."""
