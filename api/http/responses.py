"""JSON responses, and their documentation for OpenAPI; most are JSON text as PostgreSQL wrote it."""

from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel

from api.http.errors import not_found
from api.http.pagination import PageInfo

Row = TypeVar("Row")


class Page(BaseModel, Generic[Row]):
    """One page of a list."""

    data: list[Row]
    page: PageInfo


class Rows(BaseModel, Generic[Row]):
    """A short list without pages."""

    data: list[Row]


def documents(model: Any, status: int = 200, description: str = "OK") -> dict[int | str, dict[str, Any]]:
    """The OpenAPI documentation of a successful response."""
    return {status: {"model": model, "description": description}}


def json_text_response(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A response whose text is already JSON."""
    return Response(text, status, headers, media_type="application/json")


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A response from plain values; ids and times are written as text."""
    body = orjson.dumps(value, default=_serialize)
    return Response(body, status, headers, media_type="application/json")


def row_or_404(text: str | None, what: str, status: int = 200) -> Response:
    """The row as JSON, or 404 where there is none in this workspace."""
    if text is None:
        raise not_found(what)
    return json_text_response(text, status)


def _serialize(value: Any) -> str:
    """Text of an asyncpg UUID, a subclass that orjson does not serialize."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be serialized")
