"""Parses JSON request bodies with the same guard against malicious input as every other channel."""

from email.message import Message
from typing import Any

from fastapi import Request

from api.http.errors import Problem
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, parse_json

__all__ = ["MAX_BYTES", "parse_body", "read_json"]


async def read_json(request: Request) -> None:
    """Parse a JSON body and store the document where FastAPI looks for it; 415 for any other body.

    FastAPI never parses a body itself, so nothing gets past the guard.
    """
    body = await request.body()
    if not body:
        return
    if not _is_json(request.headers.get("content-type", "")):
        raise Problem(
            415,
            "not_json",
            "the body must be JSON: send it with the header `Content-Type: application/json`",
        )
    request._json = parse_body(body)


def parse_body(body: bytes) -> Any:
    """The document of a body; 400 where it is not acceptable JSON."""
    try:
        return parse_json(body)
    except GuardError as error:
        raise Problem(400, "malformed_json", f"the body cannot be parsed as JSON: {error}") from None


def _is_json(content_type: str) -> bool:
    """Whether a media type is JSON; names of media types are not case-sensitive (RFC 9110, section 8.3.1)."""
    header = Message()
    header["content-type"] = content_type
    subtype = header.get_content_subtype().lower()
    is_application = header.get_content_maintype().lower() == "application"
    return bool(content_type) and is_application and (subtype == "json" or subtype.endswith("+json"))
