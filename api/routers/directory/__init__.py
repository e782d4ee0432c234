"""The directory: what identity providers call (SCIM 2.0), and what owners decide about it."""
