"""The HTTP API: serves the results of the pipeline, and receives its input."""
