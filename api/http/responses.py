"""How endpoints answer: JSON text as PostgreSQL wrote it, held by tests against a documented schema."""

from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel

from api.http.errors import not_found
from api.http.pagination import PageInfo

Row = TypeVar("Row")


class Page(BaseModel, Generic[Row]):
    """A page of a list."""

    data: list[Row]
    page: PageInfo


class Rows(BaseModel, Generic[Row]):
    """A short list, whole."""

    data: list[Row]


def gives(model: Any, status: int = 200, description: str = "Done") -> dict[int | str, dict[str, Any]]:
    """The documentation of an answer."""
    return {status: {"model": model, "description": description}}


def json_text(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer that is JSON already."""
    return Response(text, status, headers, media_type="application/json")


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer made of plain values; ids and times are written as text."""
    return Response(orjson.dumps(value, default=_plain), status, headers, media_type="application/json")


def _plain(value: Any) -> str:
    """The driver's ids are a kind of UUID that the writer does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def found(text: str | None, what: str, status: int = 200) -> Response:
    """The row that was asked for, or 404 in words that fit an absent and a foreign id alike."""
    if text is None:
        raise not_found(what)
    return json_text(text, status)
