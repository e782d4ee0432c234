"""The version of what a read returns, as an ETag."""

import hashlib

from fastapi import Request, Response


def add_etag(request: Request, response: Response) -> Response:
    """Add an ETag to a read; 304 when If-None-Match names that version."""
    if response.status_code != 200 or not hasattr(response, "body") or _has_etag(response):
        return response
    etag = compute_etag(response)
    if any(name == b"if-none-match" for name, _ in request.scope["headers"]):
        if_none_match = request.headers["if-none-match"]
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        if if_none_match.strip() == "*" or etag in tags:
            return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    present = response.raw_headers
    response.raw_headers = [pair for pair in present if pair[0] != b"cache-control"]
    response.raw_headers += [(b"etag", etag.encode()), (b"cache-control", b"private, no-cache")]
    return response


def _has_etag(response: Response) -> bool:
    return any(name == b"etag" for name, _ in response.raw_headers)


def compute_etag(response: Response) -> str:
    """The ETag of a response: a digest of its body."""
    return f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
