"""Dagster jobs beside the asset graph: deliveries, tickets, retention."""
