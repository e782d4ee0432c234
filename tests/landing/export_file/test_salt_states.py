"""What Salt returns of applied states: a state is a condition, whose failure the next run may end."""

import io
import json

import pytest

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import read_rows

INSTALLED = "pkg_|-nginx_|-nginx_|-installed"
RUNNING = "service_|-nginx-service_|-nginx_|-running"
WEB1 = {
    INSTALLED: {"result": True, "comment": "All specified packages are installed", "__id__": "nginx"},
    RUNNING: {
        "result": False,
        "comment": "Job for nginx.service failed because the control process exited",
        "__id__": "nginx-service",
        "__sls__": "web",
        "start_time": "10:01:02.123456",
    },
}
WEB2 = {INSTALLED: {"result": None, "comment": "would be installed", "__id__": "nginx"}}
REFUSED = ["Rendering SLS 'base:web' failed: Jinja variable 'port' is undefined"]


def read(text: str) -> list[FileRow]:
    return list(read_rows(io.BytesIO(text.encode()), "states.json", "json"))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"web1": WEB1, "web2": WEB2}, indent=4),
        json.dumps({"web1": WEB1, "web2": WEB2}),
        "\n".join(json.dumps({name: states}, indent=4) for name, states in (("web1", WEB1), ("web2", WEB2))),
        "\n".join(json.dumps({name: states}) for name, states in (("web1", WEB1), ("web2", WEB2))),
    ],
    ids=["--static", "--static on one line", "a document for each minion", "a line for each minion"],
)
def test_a_state_without_success_is_a_failure_and_one_that_holds_ends_it(text: str) -> None:
    answered, holds, failed, _, tested = read(text)

    assert failed.record is not None
    assert failed.record == {
        "id": f"web1.{RUNNING}",
        "title": "nginx-service: Job for nginx.service failed because the control process exited",
        "service": "nginx-service",
        "host": "web1",
        "component": "web",
        "status": "failed",
        "body": "Job for nginx.service failed because the control process exited",
    }
    assert [row.number for row in (answered, holds, failed, tested)] == [1, 2, 3, 5]
    assert all(row.is_of_condition for row in (answered, holds, failed, tested))
    assert (holds.no_failure, holds.record and holds.record["status"]) == ("a state that holds", "resolved")
    assert tested.no_failure == "a state that was only tested"


@pytest.mark.parametrize(
    ("returned", "title"),
    [
        (REFUSED, REFUSED[0]),
        (["No matching sls found for 'web' in env 'base'"], "No matching sls found for 'web' in env 'base'"),
        ("Minion did not return. [Not connected]", "Minion did not return. [Not connected]"),
    ],
)
def test_a_minion_without_states_has_failed_until_it_returns_some(
    returned: str | list[str], title: str
) -> None:
    (failed,) = read(json.dumps({"web2": returned}))
    among_others = read(json.dumps({"web1": WEB1, "web2": returned}))[-1]
    ended = read(json.dumps({"web2": WEB2}))[0]

    assert failed.record is not None
    assert failed.record == among_others.record
    assert (failed.record["title"], failed.record["host"], failed.no_failure) == (title, "web2", "")
    assert ended.record is not None
    assert (ended.record["id"], ended.record["status"]) == (failed.record["id"], "resolved")
    assert ended.no_failure == "a minion that returned its states"


def test_a_failed_program_is_named_by_what_it_printed_and_a_state_that_waits_for_it_is_no_failure() -> None:
    command = {
        "result": False,
        "comment": 'Command "serve" run',
        "__id__": "serve",
        "changes": {"retcode": 3, "stdout": "starting", "stderr": "reading web.ini\ncannot bind port 80\n"},
    }
    waiting = {
        "result": False,
        "comment": "One or more requisite failed: web.serve",
        "__id__": "check",
        "__state_ran__": False,
    }
    _, failed, waits = read(
        json.dumps({"local": {"cmd_|-serve_|-serve_|-run": command, "cmd_|-check_|-check_|-run": waiting}})
    )

    assert failed.record is not None
    assert failed.record["title"] == "serve: cannot bind port 80"
    assert failed.record["body"] == 'Command "serve" run\nreading web.ini\ncannot bind port 80\nstarting'
    assert "host" not in failed.record
    assert waits.record is not None
    assert "status" not in waits.record
    assert waits.no_failure == "a state that waits for one that failed"


def test_other_documents_of_objects_are_read_as_ever() -> None:
    (row,) = read(json.dumps({"web1": {"title": "nginx failed", "severity": "high"}}))

    assert row.no_failure == ""
    assert row.record is not None


def test_a_file_that_goes_on_after_a_document_with_something_else_is_refused_with_its_line() -> None:
    (row,) = read(json.dumps({"web1": WEB1}, indent=4) + "\nfailed to connect")

    assert row.record is None
    assert row.reason.startswith("line 17 is not JSON")
