"""Schemas of health, export and live updates."""
