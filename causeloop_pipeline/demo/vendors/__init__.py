"""The demo's tools: each answers over HTTP in the format that the real tool documents."""
