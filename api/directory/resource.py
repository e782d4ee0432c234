"""The operations that people and groups share: search, read, replace and patch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request, Response
from scim2_models import ConflictException, Context, NotFoundException, Resource
from starlette.concurrency import run_in_threadpool

from api.directory.answers import (
    find_equality,
    parse_id,
    read_body,
    read_search,
    read_wanted,
    write_document,
)
from api.directory.computations import parse_search, patch, read_resource, write_page, write_resource
from api.directory.operation import record
from api.http.computing.processes import MAX_INLINE_BYTES, Computing
from api.http.database import WorkspaceDatabase
from api.members import queries as members

Stored = TypeVar("Stored")
MAX_INLINE_FILTER, MAX_INLINE_OPERATIONS, MAX_INLINE_PARTS = 200, 2, 20
"""What takes longer is computed in a process."""

MAX_TRIES = 3


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
    count_parts: Callable[[Stored], int]
    """How many values describe one, about."""
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
        document, context = await read_search(request)
        wanted: dict[str, str | None] = {}
        is_short = len(str(document.get("filter", ""))) <= MAX_INLINE_FILTER
        if is_short:
            name, value = find_equality(parse_search(self.model, document, context))
            value = value.lower() or None if name == "id" and value is not None else value
            wanted = {self.filters[name]: value} if name in self.filters else {}
        stored = await self.list_stored(request.state.db, **wanted)
        is_quick = is_short and sum(map(self.count_parts, stored)) <= MAX_INLINE_PARTS
        work = (self.model, document, context, self.describe, stored)
        return write_document(await self._compute(request, is_quick, write_page, *work))

    async def read(self, request: Request, resource_id: str) -> Response:
        """One of them."""
        stored = await self.find(request.state.db, resource_id)
        is_quick = self.count_parts(stored) <= MAX_INLINE_PARTS
        context, wanted = Context.RESOURCE_QUERY_RESPONSE, read_wanted(request)
        document, location = await self._compute(
            request, is_quick, write_resource, self.describe, stored, context, wanted
        )
        return write_document(document, 200, location)

    async def replace(self, request: Request, resource_id: str) -> Response:
        """Replace one by the body."""
        wanted = await self.read_body(request, Context.RESOURCE_REPLACEMENT_REQUEST)
        async with request.state.db.writing():
            return await record(request, self._replace(request, resource_id, wanted))

    async def _replace(self, request: Request, resource_id: str, wanted: Any) -> Response:
        db: WorkspaceDatabase = request.state.db
        await members.lock_members(db)
        await self.change(db, await self.find(db, resource_id), wanted)
        return await self.answer(request, resource_id, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def read_body(self, request: Request, context: Context) -> Any:
        """The resource that a body describes."""
        is_quick = len(await request.body()) <= MAX_INLINE_BYTES
        return await self._compute(
            request, is_quick, read_resource, self.model, await read_body(request), context
        )

    async def patch(self, request: Request, resource_id: str) -> Response:
        """Change it by the operations in the body: computed first, and again where it changed meanwhile."""
        db: WorkspaceDatabase = request.state.db
        document = await read_body(request)
        operations = document.get("Operations")
        is_short = not isinstance(operations, list) or len(operations) <= MAX_INLINE_OPERATIONS
        for _ in range(MAX_TRIES):
            stored = await self.find(db, resource_id)
            is_quick = is_short and self.count_parts(stored) <= MAX_INLINE_PARTS
            wanted = await self._compute(request, is_quick, patch, self.describe, stored, document)
            async with db.writing():
                await members.lock_members(db)
                if await self.find(db, resource_id) == stored:
                    return await record(request, self._store(request, stored, wanted, resource_id))
        raise ConflictException(detail="it was changed at the same time: send the patch again")

    async def _store(self, request: Request, stored: Stored, wanted: Any, resource_id: str) -> Response:
        await self.change(request.state.db, stored, wanted)
        return await self.answer(request, resource_id, Context.RESOURCE_PATCH_RESPONSE)

    async def answer(
        self, request: Request, resource_id: str, context: Context, status: int = 200
    ) -> Response:
        """The response to a change, with the resource as it is stored now."""
        stored = await self.find(request.state.db, resource_id)
        document, location = await run_in_threadpool(
            write_resource, self.describe, stored, context, read_wanted(request)
        )
        return write_document(document, status, location)

    async def _compute(
        self, request: Request, is_quick: bool, work: Callable[..., Any], *arguments: Any
    ) -> Any:
        """What a function returns: computed in a process, unless it is quick."""
        if is_quick:
            return work(*arguments)
        computing: Computing = request.app.state.computing
        return await computing.run(request.state.db.workspace_id, work, *arguments)
