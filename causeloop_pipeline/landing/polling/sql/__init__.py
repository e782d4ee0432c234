"""Reads people's own databases: one checked SELECT, or a preset for the tables that a pipeline landed."""
