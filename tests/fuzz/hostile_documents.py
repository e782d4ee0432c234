"""Documents that no parser should be handed, sent to every write in every content type."""

import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2

from tests.api.access.test_permissions import fill_path
from tests.api.contract import Contract
from tests.api.sample import Sample

DEEP = 20_000
DOCUMENTS: tuple[bytes, ...] = (
    b"",
    b" ",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"title":NaN}',
    b'{"title":"x","attributes":{"n":1e400}}',
    b'{"title":' + b"9" * 5_000 + b"}",
    b'{"title":"\\ud800"}',
    b'{"title":"x","attributes":{"\\udfff":1}}',
    b'{"title":"a\\u0000b","name":"a\\u0000b","slug":"a\\u0000b","email":"a\\u0000@b.example"}',
    b'{"title":"x","title":{"y":1}}',
    b'{"__proto__":{"role":"owner"},"constructor":{"prototype":{}}}',
    b'{"title":"\xff\xfe"}',
    '{"title":"x"}'.encode("utf-16"),
    '{"title":"x"}'.encode("utf-8-sig"),
    b'{"title":"' + b"x" * 400_000 + b'"}',
    b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(5_000)) + b"}",
    b'{"title":true,"name":[],"events":{"0":{}},"channels":"x","config":[1],"role":{},"user_id":-1}',
)
CONTENT_TYPES = (
    "application/json",
    "application/JSON; charset=utf-16",
    "application/vnd.api+JSON",
    "application/merge-patch+json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/json, text/html",
    "",
)


def list_attacks(contract: Contract, sample: Sample, other: Sample) -> Iterator[tuple[str, str, bytes, str]]:
    """Method, path, document and content type: every combination."""
    for method, _, path, _ in contract.operations:
        if method in {"POST", "PUT", "PATCH", "DELETE"} and path.startswith("/v1/"):
            target = fill_path(path, (sample, other), "own", None)
            for document in DOCUMENTS:
                for content_type in CONTENT_TYPES:
                    yield method, target, document, content_type


def choose_attacks(attacks: list[Any], rng: random.Random, count: int | None) -> list[Any]:
    """As many as that, by chance; None: all."""
    return attacks if count is None else rng.sample(attacks, min(count, len(attacks)))


def attack(client: httpx2.Client, method: str, path: str, document: bytes, content_type: str) -> str | None:
    """Send one document; what was wrong with the answer, None where nothing was.

    That the answer is a declared one is what the client's own check says.
    """
    headers = {"content-type": content_type, "x-request-id": uuid4().hex}
    response = client.request(method, path, content=document, headers=headers)
    return None if response.status_code < 500 else f"{method} {path} {content_type}: {response.status_code}"
