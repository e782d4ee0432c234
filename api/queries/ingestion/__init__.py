"""Queries of connectors, webhooks and the ingest API."""
