"""Connections, roles, migrations and the gate that checks isolation."""
