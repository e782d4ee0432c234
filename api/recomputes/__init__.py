"""Requests that the pipeline computes something again."""
