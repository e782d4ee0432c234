"""The workspace, its settings, and who is signed in to it."""
