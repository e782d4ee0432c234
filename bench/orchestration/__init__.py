"""What Dagster costs: an installation at rest, and the runs over many workspaces."""
