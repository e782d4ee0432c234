"""Endpoint protection: alerts, threats and incidents of the agents on machines."""
