"""Traces and structured logs: what operators follow one delivery by, through all processes."""
