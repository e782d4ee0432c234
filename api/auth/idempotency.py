"""Idempotency-Key: a request with the key of an earlier one returns that one's response and has no effect.

The key is stored in the request's own transaction: of two concurrent requests one does the work and the
other waits for it; a request that fails stores no key. Responses are stored encrypted, because some hold a
key or a secret that is shown only once.
"""

import hashlib
from collections.abc import Awaitable, Callable

import asyncpg
from fastapi import Request, Response

from api.access.caller import Caller
from api.access.keys import derive_keys
from api.auth.queries import idempotency
from api.auth.queries.idempotency import KeyIdentity
from api.http.errors import Problem, broken_rule, conflict
from causeloop_pipeline.storage.app.vault import SecretError, Vault

PURPOSE = "idempotent response"


async def respond_once(
    request: Request, caller: Caller, connection: asyncpg.Connection, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Do the work, or replay the response to the first request with the same Idempotency-Key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return await work()
    if not 1 <= len(key) <= 255:
        raise Problem(400, "invalid_idempotency_key", "Idempotency-Key must have 1 to 255 characters")
    identity = KeyIdentity(caller.workspace_id, caller.actor, f"{request.method} {request.url.path}", key)
    body_hash = hashlib.sha256(await request.body()).digest()
    if await idempotency.claim_key(connection, identity, body_hash):
        return await _store_response(connection, caller, identity, await work())
    return _replay_response(caller, await idempotency.read_response(connection, identity), body_hash)


async def _store_response(
    connection: asyncpg.Connection, caller: Caller, identity: KeyIdentity, response: Response
) -> Response:
    stored = {
        "body": bytes(response.body).decode(),
        "media_type": response.media_type or "",
        "location": response.headers.get("location", ""),
    }
    sealed = _open_vault().seal(stored, caller.workspace_id, caller.caller_id, PURPOSE)
    await idempotency.store_response(connection, identity, response.status_code, sealed)
    return response


def _replay_response(caller: Caller, first: asyncpg.Record, body_hash: bytes) -> Response:
    if bytes(first["body_hash"]) != body_hash:
        raise broken_rule(
            "idempotency_key_reused",
            "this Idempotency-Key was used with a different body: send a new key",
        )
    try:
        stored = _open_vault().open(first["sealed_response"], caller.workspace_id, caller.caller_id, PURPOSE)
    except SecretError:
        raise conflict(
            "response_unreadable",
            "this Idempotency-Key was used, and its response can no longer be decrypted: read the result",
        ) from None
    headers = {"Idempotency-Replayed": "true"}
    if stored["location"]:
        headers["Location"] = stored["location"]
    return Response(stored["body"], first["status"], headers, media_type=stored["media_type"] or None)


def _open_vault() -> Vault:
    key, *accepted = derive_keys(PURPOSE)
    return Vault(key, tuple(accepted))
