"""Requests to other servers: allowed addresses, credentials, limits, retries and failures."""
