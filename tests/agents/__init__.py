"""Tests of causeloop_pipeline.agents."""
