"""Dagster's own storage and logs, as this product uses them."""
