"""Serves agents: the Model Context Protocol over streamable HTTP at `/mcp`."""
