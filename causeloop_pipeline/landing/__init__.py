"""Bytes in, raw records out: polling, webhooks, the ingest API and users' own queries end in one shape."""
