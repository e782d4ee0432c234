"""Reads request bodies: JSON with the same guard against malicious input as every other channel, and gzip."""

import zlib
from email.message import Message
from typing import Any

from anyio import to_thread
from fastapi import Request

from api.http.bounds import MAX_NAMES, MAX_SMALL_BYTES, BodyBounds, is_large, read_bounds
from api.http.errors import Problem
from causeloop_pipeline.landing.json_guard import (
    PIECE_BYTES,
    GuardError,
    check_names,
    check_values,
    parse_json,
)

GZIP_WINDOW = 16 + zlib.MAX_WBITS


class GuardedRequest(Request):
    """A request whose body has passed the guard; FastAPI takes both from here and parses nothing itself."""

    def __init__(self, request: Request, content: bytes, document: Any) -> None:
        super().__init__(request.scope, request.receive)
        self.content, self.document = content, document

    async def body(self) -> bytes:
        """The body as it was sent."""
        return self.content

    async def json(self) -> Any:
        """The document that was parsed."""
        return self.document


async def guard_json(request: Request) -> Request:
    """The request with its JSON body parsed; 415 for any other body."""
    bounds = read_bounds(request.scope)
    body = await _read_body(request, bounds)
    if not body:
        return request
    check_json_type(request)
    if len(body) > MAX_SMALL_BYTES:
        async with request.app.state.large_bodies.parsing:
            return GuardedRequest(request, body, await to_thread.run_sync(parse_body, body, bounds))
    return GuardedRequest(request, body, parse_body(body, bounds))


async def _read_body(request: Request, bounds: BodyBounds) -> bytes:
    """The whole body; of a large one, the beginning is looked at before the rest is waited for."""
    if not is_large(request):
        return await request.body()
    parts, size, is_checked = list[bytes](), 0, False
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size >= PIECE_BYTES and not is_checked:
            is_checked = True
            check_count(b"".join(parts), bounds)
    return b"".join(parts)


def check_json_type(request: Request) -> None:
    """415 for a body of another type than JSON."""
    if not _is_json(request.headers.get("content-type", "")):
        raise Problem(
            415,
            "not_json",
            "the body must be JSON: send it with the header `Content-Type: application/json`",
        )


def decode_body(body: bytes, encoding: str, bounds: BodyBounds) -> bytes:
    """The body as it was before it was compressed; 413 where that is too large, 415 for another encoding."""
    encoding = encoding.lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        detail = f"the content encoding {encoding[:40]!r} is not read: send gzip or none"
        raise Problem(415, "not_json", detail)
    inflater = zlib.decompressobj(GZIP_WINDOW)
    try:
        content = inflater.decompress(body, bounds.max_bytes + 1)
    except zlib.error:
        raise Problem(400, "malformed_json", "the body is not gzip as its header says") from None
    if len(content) > bounds.max_bytes:
        raise Problem(
            413, "body_too_large", f"the body is larger than the limit of {bounds.max_bytes:,} bytes"
        )
    return content


def check_count(body: bytes, bounds: BodyBounds) -> None:
    """400 where JSON holds more values than it may."""
    try:
        check_values(body, max_values=bounds.max_values)
    except GuardError as error:
        raise _refuse(error) from None


def parse_body(body: bytes, bounds: BodyBounds) -> Any:
    """The document of a body; 400 where it is not acceptable JSON, or holds more than it may."""
    try:
        document = parse_json(body, max_values=bounds.max_values)
        check_names(document, max_names=MAX_NAMES)
    except GuardError as error:
        raise _refuse(error) from None
    return document


def _refuse(error: GuardError) -> Problem:
    return Problem(400, "malformed_json", f"the body cannot be parsed as JSON: {error}")


def _is_json(content_type: str) -> bool:
    """Whether a media type is JSON; names of media types are not case-sensitive (RFC 9110, section 8.3.1)."""
    header = Message()
    header["content-type"] = content_type
    subtype = header.get_content_subtype().lower()
    is_application = header.get_content_maintype().lower() == "application"
    return bool(content_type) and is_application and (subtype == "json" or subtype.endswith("+json"))
