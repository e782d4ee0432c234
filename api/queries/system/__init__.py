"""Queries of health, export and live updates."""
