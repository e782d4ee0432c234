"""Rows of what Salt returns of the states that it applied: a row for each state of each minion.

https://docs.saltproject.io/en/latest/ref/states/returners.html: minions, each with its states by a name of
four parts, of which each has a result: true, false, or nothing where it was only tested.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.connectors.formats.named_errors import name_error
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.junit import MAX_BODY

SEPARATOR = "_|-"
"""Between the module, the id, the name and the function of a state."""
NAME_PARTS = 4

Returned = Mapping[str, Any]


def is_of_salt(document: Any) -> bool:
    """Whether a document holds the states of minions, beside what those say that could not render theirs."""
    if not isinstance(document, dict) or not document:
        return False
    kinds = {_is_state_run(returned) for returned in document.values()}
    return kinds == {True} or (True in kinds and all(map(_is_returned, document.values())))


def read_states(minions: Mapping[str, Any]) -> Iterator[FileRow]:
    """A row for each state; one that holds ends the failure of that state on that minion."""
    number = 0
    for minion, returned in minions.items():
        states = returned.items() if isinstance(returned, dict) else [("", _read_refusal(returned))]
        for name, state in states:
            number += 1
            yield _read_state(number, minion, name, state)


def _is_returned(returned: Any) -> bool:
    return _is_state_run(returned) or (
        isinstance(returned, list) and all(isinstance(line, str) for line in returned)
    )


def _is_state_run(returned: Any) -> bool:
    return (
        isinstance(returned, dict)
        and bool(returned)
        and all(
            name.count(SEPARATOR) == NAME_PARTS - 1 and isinstance(state, dict) and "result" in state
            for name, state in returned.items()
        )
    )


def _read_refusal(lines: list[str]) -> Returned:
    """What a minion says that could not even render its states."""
    return {"result": False, "comment": "\n".join(lines), "__id__": "rendering"}


def _read_state(number: int, minion: str, name: str, state: Returned) -> FileRow:
    called = str(state.get("__id__") or name.split(SEPARATOR)[1])
    row = {"id": f"{minion}.{name or called}", "title": called, "service": called, "host": minion}
    row |= {"component": state["__sls__"]} if state.get("__sls__") else {}
    if state["result"] is None:
        return FileRow(number, row, is_of_condition=True, no_failure="a state that was only tested")
    if state["result"]:
        row["status"] = "resolved"
        return FileRow(number, row, is_of_condition=True, no_failure="a state that holds")
    text = str(state.get("comment") or "").strip()[:MAX_BODY]
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    row |= {"title": f"{called}: {line}" if line else f"{called} failed", "status": "failed"}
    row |= {"body": text} if text else {}
    if error := name_error(line, text):
        row["error_type"] = error
    return FileRow(number, row, is_of_condition=True)
