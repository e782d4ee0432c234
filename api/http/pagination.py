"""Keyset pagination: the parameters of a list, and signed cursors that name the last row of a page.

A cursor is signed for one workspace, list, sort and set of filters; used anywhere else it is rejected.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from api.access.keys import derive_key, derive_keys
from api.http.errors import Problem

MAC_BYTES = 16


class PageRequest(BaseModel):
    """The parameters that every list has: page size, cursor and order."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(25, ge=1, le=100, description="Rows per page")
    cursor: str | None = Field(None, max_length=2_000, description="`next_cursor` of the previous page")
    sort: str | None = Field(None, max_length=40, description="Field to sort by; `-` before it: descending")


class PageInfo(BaseModel):
    """The position of a page in its list."""

    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last page")
    has_more: bool
    total: int = Field(
        description="Number of rows; of more than 1,000 up to 10 seconds old, above 10,000 an estimate"
    )


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: its sort value and id, with the total that the first page counted."""

    sort_value: Any
    row_id: str
    total: int | None


def encode_cursor(cursor: Cursor, workspace_id: UUID, list_digest: str) -> str:
    """Encode a cursor as signed, URL-safe text."""
    body = orjson.dumps({"k": cursor.sort_value, "i": cursor.row_id, "t": cursor.total})
    signature = _sign(derive_key("cursor"), workspace_id, list_digest, body)
    return base64.urlsafe_b64encode(signature + body).decode().rstrip("=")


def decode_cursor(text: str, workspace_id: UUID, list_digest: str) -> Cursor:
    """A cursor from its text; 400 where it was changed or belongs to another list."""
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        blob = b""
    signature, body = blob[:MAC_BYTES], blob[MAC_BYTES:]
    is_canonical = base64.urlsafe_b64encode(blob).decode().rstrip("=") == text
    signatures = _list_signatures(workspace_id, list_digest, body)
    if not is_canonical or not any(hmac.compare_digest(signature, valid) for valid in signatures):
        raise Problem(
            400,
            "invalid_cursor",
            "the cursor does not belong to this list, sort and filters: start without a cursor",
            errors=[{"in": "query", "pointer": "/cursor", "detail": "not a cursor of this list"}],
        )
    document = orjson.loads(body)
    return Cursor(document["k"], document["i"], document["t"])


def _list_signatures(workspace_id: UUID, list_digest: str, body: bytes) -> list[bytes]:
    """The signature, then those of keys that are still accepted."""
    return [_sign(key, workspace_id, list_digest, body) for key in derive_keys("cursor")]


def _sign(key: bytes, workspace_id: UUID, list_digest: str, body: bytes) -> bytes:
    message = workspace_id.bytes + list_digest.encode() + body
    return hmac.digest(key, message, "sha256")[:MAC_BYTES]
