"""Tasks as Ansible logs them: a task on a host is a condition, which fails until the task succeeds there.

https://docs.ansible.com/ansible/latest/reference_appendices/logging.html: an entry names the task, and those
that follow how it ended on each host, with what its module returned as JSON.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.program_output import describe_failure

ENTRY = re.compile(r"p=\d+ u=\S*(?: n=\S+)?(?: [A-Z]+)?\s*\|\s*(?P<message>.*)", re.DOTALL)
"""What Ansible writes behind the time: process, user, logger, level."""
TASK = re.compile(r"(?:TASK|RUNNING HANDLER) \[(?P<task>.*)\]")
OUTCOME = re.compile(
    r"(?P<word>ok|changed|skipping|failed|fatal): \[(?P<host>[^\]\s]+)[^\]]*\](?:: (?:FAILED|UNREACHABLE)!)?"
    r"(?: (?:=> )?\((?P<item>item=.*?)\))?(?:\s*=> ?(?P<returned>.*))?$",
    re.DOTALL,
)
FAILED, SKIPPED = frozenset({"fatal", "failed"}), "skipping"
IGNORED = "...ignoring"
REPEATED = "[ERROR]: Task failed"
"""How an entry begins that says the same as the outcome after it."""
RECAP = re.compile(r"(?:PLAY RECAP|\S+\s*: ok=\d+ )")
ROLE = " : "
"""Between the role of a task and its name."""


def is_of_ansible(text: str) -> bool:
    """Whether an entry begins as Ansible's do."""
    return text.startswith("p=") and ENTRY.match(text) is not None


@dataclass
class AnsibleTasks:
    """The tasks of a log, while its entries pass by."""

    task: str = "task"

    def read(self, number: int, moment: Mapping[str, str], text: str, following: str) -> FileRow | None:
        """The row of an entry; None where it is read as that of any log."""
        message, after = _take_message(text), _take_message(following)
        if match := TASK.match(message):
            self.task = match["task"]
        if match := OUTCOME.match(message):
            return self._read_outcome(number, moment, match, is_ignored=after == IGNORED)
        if RECAP.match(message):
            return FileRow(number, {**moment, "title": message}, no_failure="a summary of a run")
        outcome = OUTCOME.match(after) if message.startswith(REPEATED) else None
        if outcome and outcome["word"] in FAILED:
            return FileRow(number, {**moment, "title": message}, no_failure="what the next entry says again")
        return None

    def _read_outcome(
        self, number: int, moment: Mapping[str, str], outcome: re.Match[str], *, is_ignored: bool
    ) -> FileRow:
        role, _, name = self.task.rpartition(ROLE)
        key = [outcome["host"], self.task, *([outcome["item"]] if outcome["item"] else [])]
        row = {**moment, "id": ".".join(key), "title": name, "host": outcome["host"]}
        row |= {"component": role} if role else {}
        if outcome["word"] == SKIPPED:
            return FileRow(number, row, is_of_condition=True, no_failure="a task that was skipped")
        if outcome["word"] not in FAILED:
            row["status"] = "resolved"
            return FileRow(number, row, is_of_condition=True, no_failure="a task that succeeded")
        comment, printed = _read_returned(outcome["returned"] or "")
        row |= describe_failure(f"{name}: ", comment, printed)
        if is_ignored:
            return FileRow(
                number, row, is_of_condition=True, no_failure="a failed task that the play ignores"
            )
        row["status"] = "failed"
        return FileRow(number, row, is_of_condition=True)


def _take_message(text: str) -> str:
    match = ENTRY.match(text)
    return match["message"].strip() if match else ""


def _read_returned(returned: str) -> tuple[str, list[str]]:
    """What a module returned: its message, and what its program printed, errors first."""
    try:
        values: Any = json.loads(returned)
    except (ValueError, RecursionError):
        return returned, []
    if not isinstance(values, dict):
        return returned, []
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    printed = [texts[name] for name in ("exception", "stderr", "module_stderr", "stdout") if name in texts]
    return texts.get("msg", ""), printed
