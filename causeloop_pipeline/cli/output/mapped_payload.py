"""Prints what a connector makes of a payload: as tables, or as one JSON document."""

from dataclasses import asdict
from typing import Any

from causeloop_pipeline.cli.output.terminal import build_table, stderr, stdout


def print_mapped(mapped: Any) -> None:
    """Print every issue and change with the source of its values, and the records that were set aside."""
    _print_meanings("issue", mapped.issues)
    _print_meanings("change", mapped.changes)
    for refused in mapped.quarantined:
        stderr().print(f"quarantined {refused.external_id or ''}: {refused.reason}", markup=False)
    stdout().print(
        f"{len(mapped.issues)} issues, {len(mapped.changes)} changes, {len(mapped.quarantined)} quarantined, "
        f"{mapped.ignored} that are not failures"
    )


def build_document(mapped: Any) -> dict[str, Any]:
    """The same as one object."""
    return {
        "issues": [_build_object(meaning) for meaning in mapped.issues],
        "changes": [_build_object(meaning) for meaning in mapped.changes],
        "quarantined": [
            {
                "external_id": refused.external_id,
                "reason": refused.reason,
                "payload": refused.raw.decode(errors="replace"),
            }
            for refused in mapped.quarantined
        ],
        "ignored": mapped.ignored,
    }


def _build_object(meaning: Any) -> dict[str, Any]:
    whole = asdict(meaning)
    fields = {name: _format_value(value) for name, value in whole["fields"].items()}
    return fields | {"variant": whole["variant"], "read_from": whole["paths"], "unread": whole["unread"]}


def _format_value(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _print_meanings(kind: str, meanings: list[Any]) -> None:
    for number, meaning in enumerate(meanings, 1):
        rows = [
            (name, str(value), ", ".join(meaning.paths.get(name, ())))
            for name, value in meaning.fields.items()
            if name != "attributes"
        ]
        attributes = meaning.fields.get("attributes") or {}
        rows += [
            (f"attributes.{name}", str(value), ", ".join(meaning.paths.get(f"attributes.{name}", ())))
            for name, value in attributes.items()
        ]
        stdout().print(
            build_table(f"{kind} {number}: {meaning.variant}", ["field", "value", "read from"], rows)
        )
        if meaning.unread:
            stdout().print("unread: " + ", ".join(meaning.unread), markup=False)
