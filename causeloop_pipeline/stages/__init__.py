"""The stages of the loop over one stored workspace: read, compute, write; nothing here knows Dagster."""
