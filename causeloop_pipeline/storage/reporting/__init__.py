"""Logins for BI tools: one a workspace, which reads the views of the schema `reporting` and nothing else."""
