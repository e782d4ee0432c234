"""A whole workspace is requested, written by the pipeline and downloaded, in one piece or several."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from causeloop_pipeline.orchestration.jobs.archives import archives
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.archive import requests
from causeloop_pipeline.storage.archive.importing import import_workspace
from causeloop_pipeline.storage.archive.reading import open_archive
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample, make_sample
from tests.conftest import Installation, new_workspace
from tests.storage.archive.loading import read_results

URL = "/v1/workspace/archives"


def write_requested() -> None:
    """The pipeline's job, as its sensor starts it."""
    assert archives.execute_in_process(resources={"installation": Resources()}).success


@pytest.fixture(scope="module")
def exported(installation: Installation) -> Iterator[Sample]:
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        yield make_sample(owner, Database(installation.pipeline_url))


@pytest.fixture
def api(client: Client, exported: Sample) -> httpx2.Client:
    return client(exported.credentials["admin"])


def request_archive(api: httpx2.Client) -> str:
    requested = api.post(URL)
    assert requested.status_code == 202
    assert requested.json()["status"] == "queued"
    return f"{URL}/{requested.json()['id']}"


def test_what_is_downloaded_is_the_workspace(
    api: httpx2.Client,
    exported: Sample,
    installation: Installation,
    owner: psycopg.Connection,
    tmp_path: Path,
) -> None:
    url = request_archive(api)
    early = api.get(f"{url}/file")
    write_requested()

    status, file = api.get(url).json(), api.get(f"{url}/file")

    assert (early.status_code, early.json()["code"]) == (409, "archive_not_ready")
    assert status["status"] == "ready"
    assert (len(file.content), hashlib.sha256(file.content).hexdigest()) == (
        status["bytes"],
        status["sha256"],
    )
    path, empty = tmp_path / "archive.zip", new_workspace(owner)
    path.write_bytes(file.content)
    with open_archive(path) as archive:
        assert {person.role for person in archive.people.members} >= {"owner"}
        import_workspace(installation.owner_url, empty, archive)
    assert _results(installation, empty) == _results(installation, exported.workspace_id)


def _results(installation: Installation, workspace_id: UUID) -> dict[str, list[tuple[object, ...]]]:
    superuser_url = installation.superuser_url.rsplit("/", 1)[0] + "/causeloop"
    return read_results(superuser_url, workspace_id)


def test_a_download_that_broke_off_is_continued(api: httpx2.Client) -> None:
    url = request_archive(api)
    write_requested()
    whole = api.get(f"{url}/file")
    size, middle = len(whole.content), len(whole.content) // 2

    parts = [
        api.get(f"{url}/file", headers={"range": span, "if-range": whole.headers["etag"]})
        for span in (f"bytes=0-{middle - 1}", f"bytes={middle}-")
    ]
    last = api.get(f"{url}/file", headers={"range": "bytes=-10"})
    other = api.get(f"{url}/file", headers={"range": "bytes=5-", "if-range": '"another"'})
    beyond = api.get(f"{url}/file", headers={"range": f"bytes={size}-"})

    assert [part.status_code for part in parts] == [206, 206]
    assert b"".join(part.content for part in parts) == whole.content
    assert parts[1].headers["content-range"] == f"bytes {middle}-{size - 1}/{size}"
    assert last.content == whole.content[-10:]
    assert (other.status_code, other.content) == (200, whole.content)
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


def test_an_archive_of_several_parts_is_read_across_their_borders(
    api: httpx2.Client, exported: Sample, database: Database, tmp_path: Path
) -> None:
    url = request_archive(api)
    content = bytes(range(256)) * 40_000
    (tmp_path / "large").write_bytes(content)
    with database.workspace(exported.workspace_id) as session:
        [open_one] = [
            entry
            for entry in requests.read_open_archives(session)
            if entry.workspace_id == exported.workspace_id
        ]
        requests.start_archive(session, open_one)
        requests.store_archive(session, open_one, tmp_path / "large", 1)
    border = requests.BYTES_PER_PART

    across = api.get(f"{url}/file", headers={"range": f"bytes={border - 3}-{border + 2}"})

    assert api.get(f"{url}/file").content == content
    assert across.content == content[border - 3 : border + 3]


def test_one_archive_at_a_time_is_written_and_shared(api: httpx2.Client) -> None:
    first, second = request_archive(api), request_archive(api)

    assert first == second
    write_requested()
    assert request_archive(api) != first
    write_requested()


def test_a_run_that_was_interrupted_is_done_again_from_the_start(
    api: httpx2.Client, exported: Sample, database: Database
) -> None:
    url = request_archive(api)
    with database.workspace(exported.workspace_id) as session:
        session.execute("update app.workspace_archive set status = 'running' where status = 'queued'")
        session.execute(
            "insert into app.workspace_archive_part select workspace_id, archive_id, 0, 'half' "
            "from app.workspace_archive where status = 'running'"
        )

    write_requested()

    status, file = api.get(url).json(), api.get(f"{url}/file")
    assert hashlib.sha256(file.content).hexdigest() == status["sha256"]


def test_a_failure_is_explained_and_hides_no_other_archive(
    api: httpx2.Client, exported: Sample, database: Database
) -> None:
    url = request_archive(api)
    with database.workspace(exported.workspace_id) as session:
        session.execute(
            """update app.workspace_archive set people = '[{"email": 1}]' where status = 'queued'"""
        )

    write_requested()

    status = api.get(url).json()
    assert status["status"] == "failed"
    assert status["error"]


def test_neither_lower_roles_nor_other_workspaces_nor_plans_without_export_get_one(
    api: httpx2.Client, exported: Sample, client: Client, sample: Sample, owner: psycopg.Connection
) -> None:
    url = request_archive(api)
    write_requested()
    foreign, analyst = client(sample.credentials["admin"]), client(exported.credentials["analyst"])
    free = client(create_service_key(owner, new_workspace(owner, "free"), "admin", "admin"))

    assert [foreign.get(path).status_code for path in (url, f"{url}/file")] == [404, 404]
    assert [analyst.get(path).status_code for path in (url, f"{url}/file")] == [403, 403]
    assert analyst.post(URL).status_code == 403
    assert free.post(URL).json()["code"] == "plan_feature_missing"
    assert api.get(f"{URL}/{uuid4()}").status_code == 404


def test_requests_and_downloads_are_in_the_audit_log(
    api: httpx2.Client, exported: Sample, database: Database
) -> None:
    url = request_archive(api)
    write_requested()
    api.get(f"{url}/file")

    with database.workspace(exported.workspace_id) as session:
        actions = {row["action"] for row in session.rows("select action from app.audit_log")}
    assert "workspace.archive_requested" in actions
    assert any(
        "download" in action or "archive" in action for action in actions - {"workspace.archive_requested"}
    )
