"""Bodies from the OpenAPI document: every operation with sizes, depths and widths that nobody sends."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from bench.overload.raw_http import RawRequest, write_json


def _widen(fields: dict[str, Any]) -> bytes:
    return write_json({**fields, **{f"f{number}": number for number in range(20_000)}})


def _fill(value: Any) -> Callable[[dict[str, Any]], bytes]:
    """A body of which every field has this value."""
    return lambda fields: write_json(dict.fromkeys(fields or {"a": 1}, value))


def _repeat(body: bytes) -> Callable[[dict[str, Any]], bytes]:
    """The same body whatever the fields are."""
    return lambda _: body


SHAPES: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "wide": _widen,
    "long": _fill("x" * 200_000),
    "escaped": _fill("\u0001" * 30_000),
    "lists": _fill([[]] * 50_000),
    "numbers": _fill(int("9" * 4_000)),
    "deep": _repeat(b'{"a":' * 20_000 + b"1" + b"}" * 20_000),
    "empty": _repeat(b"{}"),
}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def generate(document: dict[str, Any], credential: str, count: int, seed: int) -> Iterator[RawRequest]:
    """So many requests, drawn from every operation of the document in every shape."""
    rng = random.Random(seed)
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"post", "put", "patch"} and operation["operationId"] not in {"log_out_everywhere"}
    ]
    cases = [(operation, shape) for operation in operations for shape in SHAPES]
    for (method, path, operation), shape in rng.sample(cases, min(count, len(cases))):
        parts = [UNKNOWN if part.startswith("{") else part for part in path.split("/")]
        body = SHAPES[shape](_list_fields(document, operation))
        yield RawRequest(method, "/".join(parts), body, credential=credential)


def _list_fields(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The fields of an operation's body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(document["components"]["schemas"].get(name, schema).get("properties", {}))
