"""Tests of api.agents."""
