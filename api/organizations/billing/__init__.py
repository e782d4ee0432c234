"""Who is invoiced for an organization."""
