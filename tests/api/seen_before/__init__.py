"""Tests of api.seen_before."""
