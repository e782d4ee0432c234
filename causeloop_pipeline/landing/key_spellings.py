"""Documents whose keys are written otherwise than the tool writes them: `createdat` or `CREATED_AT`.

Log pipelines and warehouses change the case of keys on the way; a tool itself never does.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from causeloop_pipeline.connectors.json_paths import split_path
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
SEPARATORS = re.compile(r"[\s_-]")
MAX_DEPTH = 8


def respell(connector: Connector, document: Any) -> Any:
    """The document in the tool's own spelling; equal to it where nothing is written otherwise."""
    spellings = _list_spellings(connector.name) if connector.name in CONNECTORS else {}
    return _rename(document, spellings, MAX_DEPTH) if spellings else document


def _rename(value: Any, spellings: Mapping[str, str], depth: int) -> Any:
    if depth and isinstance(value, list):
        return [_rename(entry, spellings, depth - 1) for entry in value]
    if not depth or not isinstance(value, dict):
        return value
    renamed: dict[str, Any] = {}
    for key, child in value.items():
        name = spellings.get(_fold(key), key)
        is_free = name not in value and name not in renamed
        renamed[name if is_free else key] = _rename(child, spellings, depth - 1)
    return renamed


def _fold(key: str) -> str:
    return SEPARATORS.sub("", key).lower()


@lru_cache(maxsize=256)
def _list_spellings(name: str) -> Mapping[str, str]:
    """The tool's spelling of each key that its declaration reads, the most frequent of several."""
    connector = CONNECTORS[name]
    paths = _list_paths((connector.issues, connector.changes, connector.pulls, connector.webhook))
    counts = Counter(step for path in paths for step in split_path(path))
    by_rank = sorted(counts, key=lambda step: (counts[step], step))
    return {_fold(step): step for step in by_rank}


def _list_paths(value: Any) -> Iterator[str]:
    """Every text of a declaration that may be a path, also inside templates."""
    if isinstance(value, str):
        named = PLACEHOLDER.findall(value) if "{" in value else (value,)
        yield from (path for paths in named for path in paths.split("|"))
    elif isinstance(value, tuple):
        for part in value:
            yield from _list_paths(part)
    elif isinstance(value, Mapping):
        yield from _list_paths(tuple(value.values()))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _list_paths(getattr(value, field.name))
