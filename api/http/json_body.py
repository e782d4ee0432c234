"""Reads a request's JSON once, by the same guard that stands before every other door."""

from typing import Any

from fastapi import Request

from api.http.errors import Problem
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, parse_json

__all__ = ["MAX_BYTES", "parsed", "read_json"]


async def read_json(request: Request) -> None:
    """Parse the body, if it is JSON, and leave the result where the framework looks for it."""
    body = await request.body()
    if body and "json" in request.headers.get("content-type", "").partition(";")[0]:
        request._json = parsed(body)


def parsed(body: bytes) -> Any:
    """The document of a body, or the reason why it is none."""
    try:
        return parse_json(body)
    except GuardError as error:
        raise Problem(400, "malformed_json", f"the body cannot be read: {error}") from None
