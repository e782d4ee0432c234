"""Connectors that people declare themselves, as YAML in the vocabulary of the built-in ones."""
