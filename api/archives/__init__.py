"""Archives of a workspace, made and downloaded."""
