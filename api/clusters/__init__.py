"""Clusters of patterns that occur together."""
