"""The quality page and its parts, each written by the command that measures it."""
