"""The operations that people and groups share: search, read, replace and patch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request, Response
from scim2_models import Context, NotFoundException, Resource

from api.directory.answers import (
    answer_page,
    answer_resource,
    apply_patch,
    find_equality,
    parse_id,
    read_resource,
    read_search,
)
from api.http.database import WorkspaceDatabase
from api.members import queries as members

Stored = TypeVar("Stored")


@dataclass(frozen=True, kw_only=True)
class DirectoryResource(Generic[Stored]):
    """A resource type: how it is stored, and how SCIM represents it."""

    model: type[Any]
    list_stored: Callable[..., Awaitable[Sequence[Stored]]]
    filters: Mapping[str, str]
    """Lower-case attribute of an `eq` filter → the parameter of `list_stored` that it sets."""
    read_stored: Callable[[WorkspaceDatabase, UUID], Awaitable[Stored | None]]
    describe: Callable[[Stored], Resource[Any]]
    change: Callable[[WorkspaceDatabase, Stored, Any], Awaitable[None]]
    missing: str
    """The message of a 404."""

    async def find(self, db: WorkspaceDatabase, resource_id: str) -> Stored:
        """The stored resource of an id; 404 where there is none."""
        stored = await self.read_stored(db, parse_id(resource_id))
        if stored is None:
            raise NotFoundException(detail=self.missing)
        return stored

    async def search(self, request: Request) -> Response:
        """The resources that a filter matches."""
        search = await read_search(request, self.model)
        name, value = find_equality(search)
        value = value.lower() or None if name == "id" and value is not None else value
        wanted = {self.filters[name]: value} if name in self.filters else {}
        stored = await self.list_stored(request.state.db, **wanted)
        return answer_page(search, self.model, [self.describe(each) for each in stored])

    async def read(self, request: Request, resource_id: str) -> Response:
        """One of them."""
        return await self.answer(request, resource_id, Context.RESOURCE_QUERY_RESPONSE)

    async def replace(self, request: Request, resource_id: str) -> Response:
        """Replace one by the body."""
        db: WorkspaceDatabase = request.state.db
        wanted = await read_resource(request, self.model, Context.RESOURCE_REPLACEMENT_REQUEST)
        await members.lock_members(db)
        await self.change(db, await self.find(db, resource_id), wanted)
        return await self.answer(request, resource_id, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def patch(self, request: Request, resource_id: str) -> Response:
        """Change it by the operations in the body."""
        db: WorkspaceDatabase = request.state.db
        await members.lock_members(db)
        stored = await self.find(db, resource_id)
        wanted = self.describe(stored)
        await apply_patch(request, wanted)
        await self.change(db, stored, wanted)
        return await self.answer(request, resource_id, Context.RESOURCE_PATCH_RESPONSE)

    async def answer(
        self, request: Request, resource_id: str, context: Context, status: int = 200
    ) -> Response:
        """The response with a resource as it is stored now."""
        stored = await self.find(request.state.db, resource_id)
        return answer_resource(request, self.describe(stored), context, status)
