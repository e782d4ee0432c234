"""Runs dbt in process and reads its results."""
