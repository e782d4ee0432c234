"""The worst that a security test found, by who can do it: each repeats until it is stopped."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.overload.raw_http import RawRequest, hold_connections, open_and_send, send, write_json
from bench.overload.tenants import DECLARATION, SLOW_PATTERN, USUAL_PATTERN, Tenants, make_person

CONNECTIONS = 600
HALF_HEADERS = b"GET /v1/issues HTTP/1.1\r\nHost: localhost\r\nX-Half:"
HALF_BODY = (
    b"POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 10000\r\n\r\n{"
)
KEPT_ALIVE = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
AT = "2026-10-01T00:00:00Z"

Run = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Attack:
    """What somebody does, by themselves, to the API at a port."""

    who: str
    what: str
    run: Run


def list_attacks(tenants: Tenants) -> list[Attack]:
    """All of them."""
    return [
        *attack_as_stranger(),
        *attack_as_directory(tenants),
        *attack_by_key(tenants),
        *attack_as_free_analyst(tenants),
        *read_heavily(tenants),
    ]


def repeat(requests: Sequence[RawRequest], clients: int) -> Run:
    """So many clients, each of which sends one request after the other."""

    async def run(port: int) -> None:
        async def send_on(first: int) -> None:
            number = first
            while True:
                status, _ = await send(port, requests[number % len(requests)])
                if status in {0, 429, 503}:
                    await asyncio.sleep(0.05)
                number += 1

        await asyncio.gather(*(send_on(number) for number in range(clients)))

    return run


def hold(parts: Iterable[bytes], connections: int) -> Run:
    """So many connections on which a part of a request is sent; those that are closed are opened again."""
    sent = list(parts)

    async def run(port: int) -> None:
        with hold_connections() as held:
            number = 0
            while True:
                held[:] = [writer for writer in held if not writer.transport.is_closing()]
                while len(held) < connections:
                    await open_and_send(port, sent[number % len(sent)], held)
                    number += 1
                    if number % 50 == 0:
                        await asyncio.sleep(0.01)
                await asyncio.sleep(0.2)

    return run


def attack_as_stranger() -> list[Attack]:
    """Without an account."""
    fields = write_json({f"f{number}": 1 for number in range(420_000)})
    lists = b"[" + b"[]," * 1_500_000 + b"[]]"
    login = RawRequest("POST", "/v1/auth/login", fields)
    refresh = RawRequest("POST", "/v1/auth/refresh", lists)
    document = RawRequest("GET", "/openapi.json", headers={"Accept-Encoding": "gzip"})
    return [
        Attack("stranger", "420,000 unknown fields to /auth/login", repeat([login], 2)),
        Attack("stranger", "1,500,000 lists to /auth/refresh", repeat([refresh], 8)),
        Attack("stranger", "the OpenAPI document", repeat([document], 8)),
        Attack("stranger", f"{CONNECTIONS} idle connections", hold([b""], CONNECTIONS)),
        Attack("stranger", f"{CONNECTIONS} half headers", hold([HALF_HEADERS], CONNECTIONS)),
        Attack("stranger", f"{CONNECTIONS} half bodies", hold([HALF_BODY], CONNECTIONS)),
        Attack("stranger", f"{CONNECTIONS} kept alive", hold([KEPT_ALIVE], CONNECTIONS)),
    ]


def attack_as_directory(tenants: Tenants) -> list[Attack]:
    """With the token of a directory."""
    search = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "id pr and " * 100_000 + "id pr",
    }
    operation = {"op": "replace", "path": "displayName", "value": "x"}
    patch = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [operation] * 10_000,
    }
    person = f"/scim/v2/Users/{tenants.user_id}"

    def request(method: str, path: str, document: object) -> RawRequest:
        return RawRequest(method, path, write_json(document), credential=tenants.directory)

    return [
        Attack(
            "directory",
            "a filter of 100,000 terms",
            repeat([request("POST", "/scim/v2/Users/.search", search)], 2),
        ),
        Attack("directory", "a patch of 10,000 operations", repeat([request("PATCH", person, patch)], 2)),
        Attack(
            "directory",
            "a person of 20,000 addresses, listed",
            repeat(
                [
                    request("PUT", person, make_person(29, emails=20_000)),
                    RawRequest("GET", "/scim/v2/Users", credential=tenants.directory),
                ],
                2,
            ),
        ),
        Attack(
            "directory",
            "filters as long as allowed",
            repeat(
                [
                    request(
                        "POST", "/scim/v2/Users/.search", {**search, "filter": "id pr and " * 200 + "id pr"}
                    ),
                    request(
                        "POST",
                        "/scim/v2/Users/.search",
                        {**search, "filter": "not (" * 40 + "id pr" + ")" * 40},
                    ),
                ],
                4,
            ),
        ),
    ]


def attack_by_key(tenants: Tenants) -> list[Attack]:
    """With a key of an enterprise workspace."""

    def post(path: str, body: bytes) -> RawRequest:
        return RawRequest("POST", path, body, credential=tenants.key)

    fields = write_json({"title": "x", **{f"f{number}": 1 for number in range(400_000)}})
    wide = write_json({"events": [{"title": f"t{n}", **{f"f{m}": m for m in range(60)}} for n in range(500)]})
    export = RawRequest("GET", "/v1/export", credential=tenants.key)
    half = RawRequest(
        "POST", "/v1/ingest/cloudevents", headers={"Content-Length": "100000"}, credential=tenants.key
    )
    stream = RawRequest("GET", "/v1/stream", credential=tenants.key)
    return [
        Attack("key", "400,000 fields in an event", repeat([post("/v1/ingest/events", fields)], 4)),
        Attack("key", "batches of 500 × 60 fields", repeat([post("/v1/ingest/batch", wide)], 4)),
        Attack("key", "60 exports that nobody reads", hold([export.head], 60)),
        Attack("key", "100 half bodies of events", hold([half.head + b"{"], 100)),
        Attack("key", "100 streams that nobody reads", hold([stream.head], 100)),
    ]


def attack_as_free_analyst(tenants: Tenants) -> list[Attack]:
    """By what an analyst of the free plan declares."""
    many = [{"id": n, "at": AT, "a": "x" * 900} for n in range(5_000)]
    large = [{"id": n, "at": AT, "a": "ab1 " * 2_200} for n in range(500)]
    path = f"/v1/webhooks/inbound/{tenants.connector_id}"
    checks = []
    for key in tenants.free:
        for pattern in (SLOW_PATTERN, USUAL_PATTERN):
            written = DECLARATION.format(pattern=pattern)
            sample = {"records": [{"id": 1, "at": AT, "a": "ab1 " * 15_000}]}
            body = write_json({"written": written, "sample": sample})
            checks.append(RawRequest("POST", "/v1/connector-declarations/check", body, credential=key))
    return [
        Attack("analyst, free plan", "deliveries of 5,000 records", repeat([_sign(tenants, path, many)], 2)),
        Attack("analyst, free plan", "deliveries of 500 × 9 kB", repeat([_sign(tenants, path, large)], 2)),
        Attack("analyst, free plan", "trying slow declarations, 16 at once", repeat(checks, 16)),
    ]


def _sign(tenants: Tenants, path: str, records: list[dict[str, object]]) -> RawRequest:
    body = write_json({"records": records})
    signature = hmac.new(tenants.secret.encode(), body, hashlib.sha256).hexdigest()
    return RawRequest("POST", path, body, {"x-flood-signature": signature})


def read_heavily(tenants: Tenants) -> list[Attack]:
    """200 readers of one workspace."""
    paths = (
        f"/v1/issues/{tenants.issue_id}/similar",
        "/v1/issues?q=failed&limit=200",
        "/v1/patterns/graph",
        "/v1/predictions?limit=200",
        "/v1/issues?limit=200&sort=-risk_score",
    )
    headers = {"Accept-Encoding": "gzip"}
    requests = [RawRequest("GET", path, headers=headers, credential=tenants.key) for path in paths]
    return [Attack("200 readers", "lists, searches, similar issues, the graph", repeat(requests, 200))]
