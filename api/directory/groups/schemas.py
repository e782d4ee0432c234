"""A group of a directory (RFC 7643, section 4.2)."""

from scim2_models import Group

DirectoryGroup = Group
"""What identity providers send and get."""
