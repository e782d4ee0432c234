"""Connections, roles, schema, migrations and the gate that checks isolation."""
