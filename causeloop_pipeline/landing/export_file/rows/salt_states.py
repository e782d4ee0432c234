"""Rows of what Salt returns of the states that it applied: a row for each state of each minion.

https://docs.saltproject.io/en/latest/ref/states/returners.html: minions, each with its states by a name of
four parts, of which each has a result: true, false, or nothing where it was only tested. A minion that did
not answer or could not render its states has a text or a list of them instead.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.program_output import describe_failure

SEPARATOR = "_|-"
"""Between the module, the id, the name and the function of a state."""
NAME_PARTS = 4

CALLED_LOCALLY = "local"
"""Instead of a minion's name, where a machine applies its own states."""

REFUSAL = re.compile(
    r"Minion did not return|(Rendering SLS|Specified SLS|No matching sls found|Data failed to compile"
    r"|Requisite declaration|The following requisites were not found|Detected conflicting IDs)\b"
)
"""How Salt begins what it says instead of states."""

AFTER_ANOTHER = "One or more requisite failed"
"""What Salt says of a state that it did not run."""

Returned = Mapping[str, Any]


def is_of_salt(document: Any) -> bool:
    """Whether a document holds the states of minions, or what Salt says instead of theirs."""
    if not isinstance(document, dict) or not document:
        return False
    returned = list(document.values())
    return any(_is_state_run(each) or _is_refusal(each) for each in returned) and all(
        map(_is_returned, returned)
    )


def read_states(minions: Mapping[str, Any]) -> Iterator[FileRow]:
    """A row for each state, and one for whether the minion returned its states; what holds ends a failure."""
    number = 0
    for minion, returned in minions.items():
        number += 1
        yield _read_answer(number, minion, returned)
        for name, state in returned.items() if isinstance(returned, dict) else ():
            number += 1
            yield _read_state(number, minion, name, state)


def _is_returned(returned: Any) -> bool:
    return _is_state_run(returned) or bool(_list_texts(returned))


def _is_refusal(returned: Any) -> bool:
    return any(map(REFUSAL.match, _list_texts(returned)))


def _list_texts(returned: Any) -> list[str]:
    """The texts that a minion has instead of states."""
    lines = returned if isinstance(returned, list) else [returned]
    return lines if all(isinstance(line, str) for line in lines) else []


def _is_state_run(returned: Any) -> bool:
    return (
        isinstance(returned, dict)
        and bool(returned)
        and all(
            name.count(SEPARATOR) == NAME_PARTS - 1 and isinstance(state, dict) and "result" in state
            for name, state in returned.items()
        )
    )


def _read_answer(number: int, minion: str, returned: Any) -> FileRow:
    lines = _list_texts(returned)
    row = {"id": f"{minion}.states", "title": f"States of {minion}", **_name_host(minion)}
    if not lines:
        row["status"] = "resolved"
        return FileRow(number, row, is_of_condition=True, no_failure="a minion that returned its states")
    row |= {"status": "failed", **describe_failure("", "\n".join(lines), [])}
    return FileRow(number, row, is_of_condition=True)


def _name_host(minion: str) -> dict[str, str]:
    return {"host": minion} if minion != CALLED_LOCALLY else {}


def _read_state(number: int, minion: str, name: str, state: Returned) -> FileRow:
    called = str(state.get("__id__") or name.split(SEPARATOR)[1])
    row = {"id": f"{minion}.{name}", "title": called, "service": called, **_name_host(minion)}
    row |= {"component": state["__sls__"]} if state.get("__sls__") else {}
    if state["result"] is None:
        return FileRow(number, row, is_of_condition=True, no_failure="a state that was only tested")
    if state["result"]:
        row["status"] = "resolved"
        return FileRow(number, row, is_of_condition=True, no_failure="a state that holds")
    comment = str(state.get("comment") or "").strip()
    if comment.startswith(AFTER_ANOTHER):
        return FileRow(number, row, is_of_condition=True, no_failure="a state that waits for one that failed")
    row |= {"status": "failed", **describe_failure(f"{called}: ", comment, _list_printed(state))}
    return FileRow(number, row, is_of_condition=True)


def _list_printed(state: Returned) -> list[str]:
    """What the program that a state runs printed, its errors first."""
    changes = state.get("changes")
    printed = [changes.get(name) for name in ("stderr", "stdout")] if isinstance(changes, dict) else []
    return [text for text in printed if isinstance(text, str)]
