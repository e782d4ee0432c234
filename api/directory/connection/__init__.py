"""The connection of a workspace to its directory."""
