"""The caller's personal settings in a workspace."""
