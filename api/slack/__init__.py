"""The Slack app of a workspace: its setup, and what was posted."""
