"""The same key, caller and path within a day get the first answer again instead of a second effect.

The key's row is written in the request's own transaction: of concurrent twins one works, the others wait
for it, and a request that fails leaves no trace of its key.
"""

import hashlib
from collections.abc import Awaitable, Callable

import asyncpg
import orjson
from fastapi import Request, Response

from api.auth.authenticate import Caller
from api.http.errors import Problem, broken_rule

CLAIM = """
insert into app.idempotency_key as k (workspace_id, caller, path, key, body_hash) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, caller, path, key) do update
    set body_hash = excluded.body_hash, status = null, response = null, created_at = now()
    where k.created_at < now() - interval '24 hours'
returning true
"""

FIRST = """
select body_hash, status, response from app.idempotency_key
where workspace_id = $1 and caller = $2 and path = $3 and key = $4
"""

KEEP = """
update app.idempotency_key set status = $5, response = $6
where workspace_id = $1 and caller = $2 and path = $3 and key = $4
"""


async def answer_once(
    request: Request, caller: Caller, db: asyncpg.Connection, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Do the work, or give the answer that it had the first time."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return await work()
    if not 1 <= len(key) <= 255:
        raise Problem(400, "invalid_idempotency_key", "Idempotency-Key has 1 to 255 characters")
    path = f"{request.method} {request.url.path}"
    identity = (caller.workspace_id, caller.actor, path, key)
    body_hash = hashlib.sha256(await request.body()).digest()
    if await db.fetchval(CLAIM, *identity, body_hash):
        return await _first_time(db, identity, await work())
    return _again(await db.fetchrow(FIRST, *identity), body_hash)


async def _first_time(db: asyncpg.Connection, identity: tuple[object, ...], response: Response) -> Response:
    kept = {"body": bytes(response.body).decode(), "media_type": response.media_type, "location": None}
    kept["location"] = response.headers.get("location")
    await db.execute(KEEP, *identity, response.status_code, orjson.dumps(kept).decode())
    return response


def _again(first: asyncpg.Record, body_hash: bytes) -> Response:
    if bytes(first["body_hash"]) != body_hash:
        raise broken_rule("idempotency_key_reused", "this Idempotency-Key was used with another body")
    kept = orjson.loads(first["response"])
    headers = {"Idempotency-Replayed": "true"}
    if kept["location"]:
        headers["Location"] = kept["location"]
    return Response(kept["body"], first["status"], headers, media_type=kept["media_type"])
