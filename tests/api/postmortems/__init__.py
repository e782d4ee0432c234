"""Tests of post-mortems over the API."""
