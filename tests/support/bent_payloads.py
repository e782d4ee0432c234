"""Payloads bent as real tools bend them: what they leave out, write otherwise or add."""

import copy
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

ISO = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$")
Place = tuple[str | int, ...]
Bend = Callable[[Any], Any]
GONE = object()
LONG = "".join(sha256(bytes([number])).hexdigest() for number in range(200))
"""Nothing compresses it: what an index holds of a text has a limit of its own."""


def list_leaves(document: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a document that is neither an object nor a list with something in it."""
    inner: Any = document.items() if isinstance(document, dict) else ()
    inner = enumerate(document) if isinstance(document, list) else inner
    held = [leaf for key, value in inner for leaf in list_leaves(value, (*place, key))]
    yield from held or [(place, document)]


def bend_at(document: Any, place: Place, bend: Bend) -> Any:
    """The document with the value at a place bent, or without it."""
    changed = copy.deepcopy(document)
    if not place:
        return bend(changed)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    value = bend(holder[place[-1]])
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return changed


def spell_time(chance: random.Random, value: Any) -> Any:
    """The same instant as another version of the tool may write it."""
    if not isinstance(value, str) or not ISO.match(value):
        return value
    moment = datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    east = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    plain = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    spellings = (f"{plain}Z", f"{plain}.123456789Z", f"{plain}.5+00:00", plain.replace("T", " "))
    return chance.choice((*spellings, east.isoformat()))


def escape(_: random.Random, value: Any) -> Any:
    """A text as it stands in HTML."""
    return f"{value} &lt;b&gt;&amp;nbsp;&quot;x&quot;" if isinstance(value, str) else value


def read_digits(_: random.Random, value: Any) -> Any:
    """A text of digits as a number."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


BENDS: dict[str, Callable[[random.Random, Any], Any]] = {
    "left out": lambda _, _value: GONE,
    "null": lambda _, _value: None,
    "empty": lambda _, value: type(value)() if isinstance(value, str | list | dict) else None,
    "a number as text": lambda _, value: str(value) if type(value) in {int, float} else value,
    "a text as number": read_digits,
    "a truth value as text": lambda _, value: str(value).lower() if isinstance(value, bool) else value,
    "another time": spell_time,
    "an object": lambda _, value: {"value": value, "display": str(value)},
    "a list of one": lambda _, value: [value],
    "an empty list": lambda _, value: [] if isinstance(value, list | dict) else value,
    "entities": escape,
    "markup": lambda _, value: f"<p>{value}</p>\n<br/>" if isinstance(value, str) else value,
    "very long": lambda _, value: value + LONG if isinstance(value, str) else value,
    "no character": lambda _, value: value + "\x00" if isinstance(value, str) else value,
    "huge": lambda _, value: value * 10**18 if type(value) in {int, float} else value,
}


def bend(document: Any, chance: random.Random) -> tuple[str, Any]:
    """A document with one of its values bent, or with what its tool may add; and what was done."""
    places = [place for place, _ in list_leaves(document) if place]
    if not places or chance.random() < 0.1:
        if isinstance(document, dict):
            return "more", {**document, "extra": {"nested": [{"deep": {"a": 1}}], "url": "https://x.example"}}
        return "same", document
    place, name = chance.choice(places), chance.choice(sorted(BENDS))
    cut = place[: chance.randint(1, len(place))] if name in {"left out", "null", "a list of one"} else place
    return f"{name} at {'.'.join(map(str, cut))}", bend_at(
        document, cut, lambda value: BENDS[name](chance, value)
    )
