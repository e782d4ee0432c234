"""What Ansible logs: a task on a host is a condition, whose failure ends when it succeeds there again."""

import io
import json

import pytest

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import read_rows

RETURNED = {
    "msg": "non-zero return code",
    "rc": 4,
    "delta": "0:00:00.012462",
    "stdout": "binding",
    "stderr": "reading web.ini\ncannot bind port 80",
}
FATAL = f"fatal: [web1]: FAILED! => {json.dumps(RETURNED)}"
TASK = "TASK [nginx : start the service] ****************"
RECAP = "web1                       : ok=2    changed=2    unreachable=0    failed=1    skipped=0"


def read(*messages: str, form: str = "p=17 u=ops n=ansible INFO| ") -> list[FileRow]:
    lines = [f"2026-09-01 09:00:{second:02},123 {form}{text}\n" for second, text in enumerate(messages)]
    return list(read_rows(io.BytesIO("".join(lines).encode()), "ansible.log", "log"))


@pytest.mark.parametrize("form", ["p=17 u=ops n=ansible INFO| ", "p=17 u=ops n=ansible | ", "p=17 u=ops |  "])
def test_a_failed_task_is_named_by_what_its_program_printed_last(form: str) -> None:
    task, failed, recap = read(TASK, FATAL, RECAP, form=form)

    assert (failed.is_of_condition, failed.no_failure) == (True, "")
    assert failed.record == {
        "created_at": "2026-09-01T09:00:01.123",
        "id": "web1.nginx : start the service",
        "title": "start the service: cannot bind port 80",
        "host": "web1",
        "component": "nginx",
        "status": "failed",
        "body": "non-zero return code\nreading web.ini\ncannot bind port 80\nbinding",
    }
    assert task.no_failure
    assert recap.no_failure == "a summary of a run"


@pytest.mark.parametrize("outcome", ["ok: [web1]", "changed: [web1]", "ok: [web1 -> localhost] => {}"])
def test_the_next_success_of_the_task_on_that_host_ends_its_failure(outcome: str) -> None:
    _, failed, succeeded = read(TASK, FATAL, outcome)

    assert failed.record is not None
    assert succeeded.record is not None
    assert (succeeded.record["id"], succeeded.record["status"]) == (failed.record["id"], "resolved")
    assert succeeded.no_failure == "a task that succeeded"


def test_a_failure_that_the_play_ignores_is_none() -> None:
    _, ignored, _ = read(TASK, FATAL, "...ignoring")

    assert ignored.no_failure == "a failed task that the play ignores"
    assert ignored.record is not None
    assert "status" not in ignored.record


def test_a_host_that_cannot_be_reached_and_an_item_that_failed_are_failures() -> None:
    unreachable = {"msg": "Failed to connect to the host via ssh: no route to host", "unreachable": True}
    _, host, item = read(
        TASK,
        f"fatal: [web2]: UNREACHABLE! => {json.dumps(unreachable)}",
        'failed: [web1] (item=redis) => {"msg": "No package matching redis"}',
    )

    assert host.record is not None
    assert host.record["title"] == (
        "start the service: Failed to connect to the host via ssh: no route to host"
    )
    assert item.record is not None
    assert item.record["id"] == "web1.nginx : start the service.item=redis"
    assert item.record["title"] == "start the service: No package matching redis"


def test_an_error_is_a_failure_of_its_own_unless_the_outcome_follows() -> None:
    form = "p=17 u=ops n=ansible ERROR| "
    error = "[ERROR]: Task failed: Module failed: non-zero return code"

    _, repeated, _ = read(TASK, error, FATAL, form=form)
    _, alone = read(TASK, error, form=form)

    assert repeated.no_failure == "what the next entry says again"
    assert alone.no_failure == ""
