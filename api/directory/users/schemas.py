"""A person of a directory, as SCIM 2.0 describes one (RFC 7643, section 4.1), with what is kept of it."""

from typing import Annotated, Any

from scim2_models import Email, GroupMembership, Mutability, Name, Required, Resource, Uniqueness, User


class DirectoryUser(Resource[Any]):
    """A person; attributes that are not named here are ignored."""

    __schema__ = User.__schema__

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    title: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None
