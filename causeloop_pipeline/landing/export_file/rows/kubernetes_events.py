"""Events of Kubernetes as `kubectl get events -o json` writes them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow

NORMAL = "Normal"
"""The type of events that tell of no failure."""
OBJECTS = ("involvedObject", "regarding")
GENERATED = re.compile(r"(?:-[0-9a-f]{6,10})?-[a-z0-9]{5}$")
"""What a deployment and a set of replicas add to the names of pods."""
POD = "Pod"


def is_event(record: Mapping[str, Any]) -> bool:
    """Whether a record is one: an object, and what occurred to it."""
    return "reason" in record and any(isinstance(record.get(name), Mapping) for name in OBJECTS)


def read_event(row: FileRow, record: dict[str, Any]) -> FileRow:
    """An event as a failure of its workload, or as none where its type is normal."""
    if record.get("type") == NORMAL:
        return replace(row, no_failure=f"an event of the type {NORMAL}")
    return replace(
        row,
        record={
            **record,
            "service": name_workload(record),
            "error_type": record["reason"],
            "severity": str(record.get("type") or "").lower(),
            "environment": _find_object(record).get("namespace"),
        },
    )


def name_workload(record: Mapping[str, Any]) -> str:
    """What an event is about; of a pod what made it."""
    named = _find_object(record)
    name = str(named.get("name") or "")
    return GENERATED.sub("", name) if named.get("kind") == POD else name


def _find_object(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(record[name] for name in OBJECTS if isinstance(record.get(name), Mapping))
