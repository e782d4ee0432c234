"""Tools that build, test, deploy and switch: failed runs are issues, what reached its users is a change."""
