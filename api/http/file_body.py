"""A file as the body of a request, with its name in the query."""

from typing import Annotated, Any

from fastapi import Query, Request

from api.http.errors import Problem
from api.http.json_body import GuardedRequest

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""What OpenAPI says of it."""

FileName = Annotated[
    str, Query(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f]+$", description="With its ending")
]


async def read_file_body(request: Request) -> Request:
    """The request with its file, whatever it is."""
    return GuardedRequest(request, await request.body(), None)


async def require_file(request: Request, name: str) -> bytes:
    """The file; 422 where it holds nothing."""
    content = await request.body()
    if not content.strip():
        raise Problem(422, "unreadable_file", f"{name} is empty")
    return content
