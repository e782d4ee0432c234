"""The HTTP API: reads what the pipeline computed, takes in what it should compute next."""
