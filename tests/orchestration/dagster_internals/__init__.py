"""Dagster's own storage, logs and commands."""
