"""An audit of a tool's history, read from a file or from the tool itself."""
