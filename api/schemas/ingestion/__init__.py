"""Schemas of connectors, webhooks and the ingest API."""
