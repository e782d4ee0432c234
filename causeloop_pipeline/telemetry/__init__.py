"""Traces and structured logs, by which operators follow one delivery through all processes."""
