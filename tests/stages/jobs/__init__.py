"""Tests of the jobs beside the stages."""
