"""The organization and its workspaces."""
