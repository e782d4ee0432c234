"""Tests of what steps report to Dagster."""
