"""Kills, fills and stops everything under traffic, and counts what was lost or doubled."""
