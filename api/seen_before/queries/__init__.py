"""Reads what a failure may repeat, and what is known of it."""
