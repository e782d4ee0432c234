"""What an identity provider does with people: finds, creates, changes, deactivates and removes them."""

from typing import Any

from fastapi import APIRouter, Request, Response
from scim2_models import (
    ConflictException,
    Context,
    Email,
    GroupMembership,
    InvalidValueException,
    Meta,
    UniquenessException,
)

from api.alert_rules.recipients import queries as recipients
from api.auth.queries import audit
from api.directory.answers import build_location
from api.directory.operation import ACTOR, DirectoryOperation, opens_transaction, record
from api.directory.resource import DirectoryResource
from api.directory.users import queries as users
from api.directory.users.queries import DirectoryAttributes, DirectoryMember
from api.directory.users.schemas import DirectoryUser
from api.field_types.texts import is_email
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.members import queries as members

router = APIRouter(prefix="/scim/v2", route_class=DirectoryOperation, include_in_schema=False)

MAX_NAME = 120
KEPT_APART = {"schemas", "id", "meta", "groups", "active", "externalId", "userName"}


@router.get("/Users")
@router.post("/Users/.search")
async def list_directory_users(request: Request) -> Response:
    """The members of the workspace that a filter matches."""
    return await PEOPLE.search(request)


@router.get("/Users/{user_id}")
async def read_directory_user(request: Request, user_id: str) -> Response:
    """One member."""
    return await PEOPLE.read(request, user_id)


@router.post("/Users")
@opens_transaction
async def create_directory_user(request: Request) -> Response:
    """Invites a person, who becomes a member by signing in; refused where no seat is free."""
    wanted = await PEOPLE.read_body(request, Context.RESOURCE_CREATION_REQUEST)
    async with request.state.db.writing():
        return await record(request, _create(request, wanted))


async def _create(request: Request, wanted: DirectoryUser) -> Response:
    db: WorkspaceDatabase = request.state.db
    await members.lock_members(db)
    if await users.list_people(db, user_name=wanted.user_name):
        raise UniquenessException(detail=f"{wanted.user_name} is a member already")
    status = "suspended" if wanted.active is False else "invited"
    user_id = await users.add_person(db, _find_address(wanted), _read_details(wanted), status)
    if user_id is None:
        raise UniquenessException(detail="a member of the workspace has this e-mail address already")
    if status == "invited" and not await members.has_free_seat(db):
        raise ConflictException(detail="active members take all seats of the organization")
    await audit.record(db, ACTOR, "directory.user_created", f"user:{user_id}")
    return await PEOPLE.answer(request, str(user_id), Context.RESOURCE_CREATION_RESPONSE, 201)


@router.put("/Users/{user_id}")
@opens_transaction
async def replace_directory_user(request: Request, user_id: str) -> Response:
    """Replaces what the directory says of a member."""
    return await PEOPLE.replace(request, user_id)


@router.patch("/Users/{user_id}")
@opens_transaction
async def change_directory_user(request: Request, user_id: str) -> Response:
    """Changes what the directory says of a member; `active: false` suspends them at once."""
    return await PEOPLE.patch(request, user_id)


@router.delete("/Users/{user_id}")
async def delete_directory_user(request: Request, user_id: str) -> Response:
    """Removes a member; what they did stays."""
    db: WorkspaceDatabase = request.state.db
    await members.lock_members(db)
    person = await PEOPLE.find(db, user_id)
    await _check_not_last_owner(db, person)
    await recipients.withdraw_confirmation(db, person.id)
    await members.remove_member(db, person.id)
    await audit.record(db, ACTOR, "directory.user_removed", f"user:{person.id}", role=person.role)
    return Response(status_code=204)


def describe_person(person: DirectoryMember) -> DirectoryUser:
    """A member as SCIM describes one."""
    profile = {"emails": [{"value": person.email, "type": "work", "primary": True}], **person.profile}
    if person.name is not None:
        profile.setdefault("displayName", person.name)
    described = DirectoryUser.model_validate(
        {**profile, "userName": person.user_name, "externalId": person.external_id}
    )
    described.id = str(person.id)
    described.active = person.is_active
    described.groups = [
        GroupMembership(
            value=group["id"],
            display=group["name"],
            ref=build_location(f"/Groups/{group['id']}"),
            type="direct",
        )
        for group in person.groups
    ] or None
    described.meta = Meta(
        resource_type="User",
        created=person.created_at,
        last_modified=person.updated_at,
        location=build_location(f"/Users/{person.id}"),
    )
    return described


async def _change(db: WorkspaceDatabase, person: DirectoryMember, wanted: DirectoryUser) -> None:
    namesakes = await users.list_people(db, user_name=wanted.user_name)
    if any(other.id != person.id for other in namesakes):
        raise UniquenessException(detail=f"{wanted.user_name} is another member")
    is_active = wanted.active is not False
    await users.change_person(db, person.id, _read_details(wanted))
    if is_active != person.is_active:
        await _turn(db, person, is_active)
    subject = f"user:{person.id}"
    await audit.record(db, ACTOR, "directory.user_changed", subject, before=person.is_active, after=is_active)


async def _turn(db: WorkspaceDatabase, person: DirectoryMember, is_active: bool) -> None:
    """Suspend a member, or let them in again; who never signed in is invited again."""
    if not is_active:
        await _check_not_last_owner(db, person)
    try:
        await members.update_member(db, person.id, None, "active" if is_active else "suspended")
    except Problem as problem:
        raise ConflictException(detail=problem.detail) from None
    if not is_active:
        await recipients.withdraw_confirmation(db, person.id)


async def _check_not_last_owner(db: WorkspaceDatabase, person: DirectoryMember) -> None:
    is_owner = person.role == "owner" and person.status == "active"
    if is_owner and not await members.count_other_owners(db, person.id):
        raise ConflictException(detail="the last owner cannot go: make another member owner first")


def _find_address(wanted: DirectoryUser) -> str:
    """The address by which the person is known: the user name, where it is one, else the first e-mail."""
    emails: list[Email] = sorted(wanted.emails or [], key=lambda email: not email.primary)
    for candidate in [wanted.user_name, *(email.value for email in emails)]:
        if candidate and is_email(candidate):
            return candidate.strip().lower()
    raise InvalidValueException(detail="userName or one of the emails must be an e-mail address")


def _read_details(wanted: DirectoryUser) -> DirectoryAttributes:
    document: dict[str, Any] = wanted.model_dump()
    name = wanted.name
    parts = [name.given_name, name.family_name] if name else []
    full_name = wanted.display_name or (name.formatted if name else None) or " ".join(filter(None, parts))
    return DirectoryAttributes(
        user_name=wanted.user_name or "",
        external_id=wanted.external_id,
        name=full_name.strip()[:MAX_NAME] or None,
        profile={key: value for key, value in document.items() if key not in KEPT_APART},
    )


PEOPLE = DirectoryResource(
    model=DirectoryUser,
    list_stored=users.list_people,
    filters={"username": "user_name", "externalid": "external_id", "id": "user_id"},
    read_stored=users.read_person,
    describe=describe_person,
    change=_change,
    count_parts=lambda person: 1 + sum(len(v) for v in person.profile.values() if isinstance(v, list)) // 4,
    missing="the workspace has no such member",
)
