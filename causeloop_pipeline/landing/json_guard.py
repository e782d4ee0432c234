"""Parses and validates foreign JSON, also inside texts: what the product could not store is refused.

Integers of any size stay exact. NUL becomes U+FFFD after parsing (an escaped backslash before u0000 is not
changed). Lone surrogates, NaN and infinities are refused. The caller has the raw bytes for quarantine.
"""

import binascii
import codecs
import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

from causeloop_pipeline.connectors.json_paths import ANY_ENTRY, split_path
from causeloop_pipeline.landing.storable import MAX_DEPTH, make_texts_storable
from causeloop_pipeline.model.raw_record import canonical_json

MAX_BYTES = 5_000_000
MARKS, PIECE_BYTES = (b",", b"[", b"{"), 1 << 18
DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
LONG_INTEGER = b"0" * 19
"""Nineteen digits in a row, once each is a zero; a regular expression takes ten times as long as parsing."""
NUL = b"\\u0000"
CONTAINERS = (dict, list)
MAX_TEXT = 1_000_000
BASE64_JSON = ("ey", "ew", "W3", "Ww")
"""How JSON begins in Base64, in which message queues wrap what they carry."""


class GuardError(ValueError):
    """Why these bytes are not acceptable JSON."""


def parse_json(
    raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_values: int | None = None
) -> Any:
    """The value of a JSON text, every integer exact and every string storable."""
    if max_values is not None:
        check_values(raw, max_values=max_values)
    return validate_json(parse_loosely(raw, max_bytes=max_bytes), max_depth=max_depth)[0]


def check_values(raw: bytes, *, max_values: int) -> None:
    """GuardError where a JSON text holds more values: found before any of them is made, whatever it holds.

    Its beginning is looked at first, for most of what holds too many does so there already.
    """
    is_small = len(raw) <= PIECE_BYTES
    if (not is_small and _has_more(raw[:PIECE_BYTES], max_values)) or _has_more(raw, max_values):
        raise GuardError(f"more than {max_values:,} values")


def _has_more(raw: bytes, max_values: int) -> bool:
    """Whether the text, or what it is the beginning of, holds more values.

    A text is a value or a name, and no value has two names: so four quotes are one value at least.
    """
    if _count_beginnings(raw) <= max_values:
        return False
    unescaped = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    is_beyond = unescaped.count(b'"') > 4 * max_values
    return is_beyond or _count_beginnings(b"".join(unescaped.split(b'"')[::2])) > max_values


def _count_beginnings(raw: bytes) -> int:
    """Where a value may begin: after each comma, at the beginning of each container, and at the first byte.

    In pieces, between which other threads run.
    """
    places = range(0, len(raw), PIECE_BYTES)
    return 1 + sum(raw.count(mark, place, place + PIECE_BYTES) for place in places for mark in MARKS)


def parse_loosely(raw: bytes, *, max_bytes: int) -> Any:
    """The value of a JSON text that is not validated yet, so that one bad record does not cost its page."""
    if len(raw) > max_bytes:
        raise GuardError(f"larger than {max_bytes:,} bytes ({len(raw):,})")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if LONG_INTEGER not in raw.translate(DIGITS_AS_ZEROS):  # orjson rounds what does not fit 64 bits
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant, parse_float=_parse_finite)
    except RecursionError:
        raise GuardError(f"nested deeper than {MAX_DEPTH} levels") from None
    except GuardError:
        raise
    except ValueError as error:
        raise GuardError(f"not JSON: {error}") from None


def check_names(value: Any, *, max_names: int) -> None:
    """GuardError where an object has more names."""
    for level in _list_levels(value):
        if any(len(container) > max_names for container in level if type(container) is dict):
            raise GuardError(f"an object of more than {max_names:,} names")


def validate_json(value: Any, *, max_depth: int = MAX_DEPTH) -> tuple[Any, bytes]:
    """The value as it can be stored, and its canonical JSON; refuses deep nesting and lone surrogates."""
    if any(depth >= max_depth for depth, _ in enumerate(_list_levels(value))):
        raise GuardError(f"nested deeper than {max_depth} levels")
    return _canonicalize(value)


def read_embedded(document: Any, paths: tuple[str, ...]) -> Any:
    """The document with the texts at some paths read as JSON; a text that is none stays as it is."""
    for path in paths:
        document = _read_at(document, split_path(path))
    return document


def read_json_text(text: str) -> Any:
    """The object or list that a text holds as JSON, also in Base64; None where it holds none."""
    if len(text) > MAX_TEXT:
        return None
    if text.startswith(BASE64_JSON):
        text = _decode(text)
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _list_levels(value: Any) -> Iterator[list[Any]]:
    """The value, then all containers in it, in those, and so on, a level at a time."""
    level = [value]
    while level:
        yield level
        level = [
            child for container in level for child in _list_children(container) if type(child) in CONTAINERS
        ]


def _list_children(container: Any) -> Any:
    if type(container) is dict:
        return container.values()
    return container if type(container) is list else ()


def _canonicalize(value: Any) -> tuple[Any, bytes]:
    try:
        canonical = canonical_json(value)
    except UnicodeEncodeError:
        raise GuardError("a string holds a lone surrogate, half of a character") from None
    if NUL not in canonical:
        return value, canonical
    value = make_texts_storable(value)
    return value, canonical_json(value)


def _refuse_constant(name: str) -> NoReturn:
    raise GuardError(f"{name} is not JSON")


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise GuardError(f"the number {digits[:40]} is too large")
    return number


def _read_at(value: Any, steps: tuple[str, ...]) -> Any:
    if not steps:
        return _read_text(value)
    step, rest = steps[0], steps[1:]
    if step == ANY_ENTRY and isinstance(value, list):
        return [_read_at(entry, rest) for entry in value]
    if isinstance(value, dict) and step in value:
        return value | {step: _read_at(value[step], rest)}
    return value


def _read_text(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return parse_loosely(value.encode(), max_bytes=MAX_BYTES)
    except (GuardError, UnicodeEncodeError):
        return value


def _decode(text: str) -> str:
    """The text inside a Base64 text, nothing where it is none."""
    try:
        return binascii.a2b_base64(text, strict_mode=True).decode()
    except ValueError:
        return ""
