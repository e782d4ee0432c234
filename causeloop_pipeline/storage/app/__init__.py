"""The schema `app`: tenants, connectors, credentials and run state."""
