"""Owners of services, patterns and recommendations."""
