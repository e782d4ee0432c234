"""The recipes, one module a tool: what is installed, how it fails, and what a person reads of it there."""
