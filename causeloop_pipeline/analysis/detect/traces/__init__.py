"""Stack traces of six languages, parsed into frames."""
