"""Tests of api.slack."""
