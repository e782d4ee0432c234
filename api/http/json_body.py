"""Reads request bodies: JSON with the same guard against malicious input as every other channel, and gzip."""

import zlib
from email.message import Message
from typing import Any

from fastapi import HTTPException, Request

from api.http.errors import Problem
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, parse_json

__all__ = ["MAX_BYTES", "guard_json", "parse_body", "read_encoded"]

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
    body = await request.body()
    if not body:
        return request
    if not _is_json(request.headers.get("content-type", "")):
        raise Problem(
            415,
            "not_json",
            "the body must be JSON: send it with the header `Content-Type: application/json`",
        )
    return GuardedRequest(request, body, parse_body(body))


async def read_encoded(request: Request) -> bytes:
    """The body as it was before it was compressed; 413 where that is too large, 415 for another encoding."""
    body = await request.body()
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        detail = f"the content encoding {encoding[:40]!r} is not read: send gzip or none"
        raise Problem(415, "not_json", detail)
    inflater = zlib.decompressobj(GZIP_WINDOW)
    try:
        content = inflater.decompress(body, MAX_BYTES + 1)
    except zlib.error:
        raise Problem(400, "malformed_json", "the body is not gzip as its header says") from None
    if len(content) > MAX_BYTES:
        raise HTTPException(413, f"the body is larger than the limit of {MAX_BYTES:,} bytes")
    return content


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
