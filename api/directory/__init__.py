"""People and groups that an identity provider manages (SCIM 2.0)."""
