"""Routes of health, export and live updates."""
