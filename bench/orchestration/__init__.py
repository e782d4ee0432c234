"""The cost of Dagster: an idle installation, and runs over many workspaces."""
