"""Audits of files and of simulated tools."""
