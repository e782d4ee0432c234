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
    holds, failed, tested = read(text)

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
    assert [row.number for row in (holds, failed, tested)] == [1, 2, 3]
    assert all(row.is_of_condition for row in (holds, failed, tested))
    assert (holds.no_failure, holds.record and holds.record["status"]) == ("a state that holds", "resolved")
    assert tested.no_failure == "a state that was only tested"


def test_a_minion_that_could_not_render_its_states_has_failed() -> None:
    rows = read(json.dumps({"web1": WEB1, "web2": REFUSED}))

    assert rows[-1].record is not None
    assert rows[-1].record["title"] == f"rendering: {REFUSED[0]}"


def test_other_documents_of_objects_are_read_as_ever() -> None:
    (row,) = read(json.dumps({"web1": {"title": "nginx failed", "severity": "high"}}))

    assert row.no_failure == ""
    assert row.record is not None


def test_a_file_that_goes_on_after_a_document_with_something_else_is_refused_with_its_line() -> None:
    (row,) = read(json.dumps({"web1": WEB1}, indent=4) + "\nfailed to connect")

    assert row.record is None
    assert row.reason.startswith("line 17 is not JSON")
