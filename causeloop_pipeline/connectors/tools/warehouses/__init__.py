"""Databases and warehouses, read by a query."""
