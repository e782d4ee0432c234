"""Tests of causeloop_pipeline.outbound.slack."""
