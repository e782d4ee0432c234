"""The case of each connector type: what its tool sends, and the issues and changes that must come of it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from causeloop_pipeline.connectors import tools
from causeloop_pipeline.connectors.registry import FOLDERS

CASE_SUFFIX = ".case.json"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a tool sends, in the vendor's documented shape, and what it means."""

    config: dict[str, Any] = field(default_factory=dict)
    """The configuration, where the reading depends on it."""
    pull: dict[str, Any] = field(default_factory=dict)
    """One answer of each list endpoint, by the list's name; the rows of a table or of a file are `rows`."""
    webhook: list[Any] = field(default_factory=list)
    """Bodies of webhooks."""
    issues: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)


def find_case_file(name: str) -> Path:
    """Where the case of a type is: beside its declaration."""
    return Path(tools.__file__).parent / FOLDERS[name] / f"{name}{CASE_SUFFIX}"


def read_case(name: str) -> Case:
    """The case of a type."""
    return Case(**json.loads(find_case_file(name).read_text(encoding="utf-8")))
