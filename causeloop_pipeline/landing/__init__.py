"""Ingestion: polling, webhooks, the ingest API and users' own queries all produce raw records."""
