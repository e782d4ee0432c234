"""Dagster jobs: the loop over the assets, and deliveries, tickets and retention beside it."""
