"""Tests of causeloop_pipeline.analysis.detect.seen_before."""
