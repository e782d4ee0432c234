"""Turns a low-code manifest of Airbyte, as its users write them, into a declaration of a connector."""
