"""Connectors: what a workspace reads from its tools."""
