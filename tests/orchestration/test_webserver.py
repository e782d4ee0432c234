"""Dagster's own webserver behind the guard: only an operator's own pages and tools get through."""

import contextlib
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2
import pytest
import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from causeloop_pipeline.orchestration.webserver_guard import find_token_file
from causeloop_pipeline.settings import ROOT, Settings
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port
from tests.conftest import Installation

PROXY = "dagster.example:443"
DELETE_RUN = "mutation Delete($id: String!) { deletePipelineRun(runId: $id) { __typename } }"
EVIL = "https://evil.example"


@dg.job
def saying() -> None:
    """A job without steps: its runs are only there to be deleted."""


@pytest.fixture(scope="module")
def home(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    shutil.copy(ROOT / "deploy" / "dagster.yaml", home / "dagster.yaml")
    storage = installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", storage)
        patch.setenv("DAGSTER_HOME", str(home))
        yield home


@pytest.fixture(scope="module")
def config(home: Path) -> Settings:
    return Settings(state_dir=home / "state", dagster_port=find_free_port(), dagster_hosts=PROXY)


@pytest.fixture(scope="module")
def instance(home: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.get() as stored:
        yield stored


@pytest.fixture(scope="module")
def address(home: Path, config: Settings, instance: DagsterInstance) -> Iterator[str]:
    """The address of the guarded webserver, which serves an empty workspace."""
    from dagster_webserver.app import create_app_from_workspace_process_context  # takes seconds

    from causeloop_pipeline.orchestration.webserver import guard_webserver

    workspace = home / "workspace.yaml"
    workspace.write_text("load_from: []\n")
    with WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as context:
        app = guard_webserver(create_app_from_workspace_process_context(context), config)
        with _serving(app, config.dagster_port):
            yield f"http://127.0.0.1:{config.dagster_port}"


@contextlib.contextmanager
def _serving(app: Any, port: int) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the webserver did not start"
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def operator(address: str, config: Settings) -> Iterator[httpx2.Client]:
    """A browser that has signed in by the link that `causeloop up` shows."""
    token = find_token_file(config.state_dir).read_text()
    with httpx2.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        assert client.get("/", params={"token": token}).status_code == 200
        yield client


@pytest.fixture
def run_id(instance: DagsterInstance) -> str:
    return instance.create_run_for_job(saying).run_id


def deletion(run_id: str) -> dict[str, Any]:
    return {"query": DELETE_RUN, "variables": {"id": run_id}}


def test_an_operator_changes_state_by_json(
    operator: httpx2.Client, instance: DagsterInstance, run_id: str
) -> None:
    answer = operator.post("/graphql", json=deletion(run_id))

    assert answer.json()["data"]["deletePipelineRun"]["__typename"] == "DeletePipelineRunSuccess"
    assert instance.get_run_by_id(run_id) is None


def test_a_link_or_an_image_of_any_page_changes_nothing(
    operator: httpx2.Client, instance: DagsterInstance, run_id: str
) -> None:
    query = f'mutation {{ deletePipelineRun(runId: "{run_id}") {{ __typename }} }}'

    assert operator.get("/graphql", params={"query": query}).status_code == 405
    assert operator.get("/graphql/", params={"query": query}).status_code == 405
    assert instance.get_run_by_id(run_id) is not None


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_a_form_of_a_foreign_page_can_send_is_refused(
    content_type: str, operator: httpx2.Client, instance: DagsterInstance, run_id: str
) -> None:
    body = httpx2.Request("POST", "http://x", json=deletion(run_id)).read()

    answer = operator.post("/graphql", content=body, headers={"content-type": content_type})

    assert answer.status_code == 415
    assert instance.get_run_by_id(run_id) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": EVIL},
        {"origin": "null"},
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
        {"host": f"{PROXY}.evil.example"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
    ],
)
def test_requests_of_foreign_pages_and_rebound_names_are_refused(
    headers: dict[str, str], operator: httpx2.Client, instance: DagsterInstance, run_id: str
) -> None:
    assert operator.post("/graphql", json=deletion(run_id), headers=headers).status_code == 403
    assert operator.get("/", headers=headers).status_code == 403
    assert instance.get_run_by_id(run_id) is not None


def test_without_the_token_nothing_is_shown_or_changed(
    address: str, config: Settings, instance: DagsterInstance, run_id: str
) -> None:
    anonymous = httpx2.Client(base_url=address, timeout=30)

    for answer in (
        anonymous.get("/"),
        anonymous.get("/", params={"token": "wrong"}),
        anonymous.get("/server_info"),
        anonymous.post("/graphql", json=deletion(run_id)),
        anonymous.post("/graphql", json=deletion(run_id), headers={"authorization": "Bearer wrong"}),
        anonymous.post("/graphql", json=deletion(run_id), headers={"cookie": "causeloop_dagster=x"}),
    ):
        assert answer.status_code == 401
        assert str(find_token_file(config.state_dir)) in answer.text
    assert instance.get_run_by_id(run_id) is not None


def test_a_browser_is_shown_a_field_for_the_token_and_signs_in_by_it(address: str, config: Settings) -> None:
    browser = httpx2.Client(
        base_url=address, headers={"accept": "text/html,*/*"}, follow_redirects=True, timeout=30
    )
    token = find_token_file(config.state_dir).read_text()

    page = browser.get("/runs")
    wrong = browser.post("/sign-in", data={"token": "wrong"})
    others = [
        browser.post("/sign-in", content=body)
        for body in (b"token=" + b"x" * 5_000, b"&" * 4_000, b"token=%ff")
    ]

    assert {answer.status_code for answer in (page, wrong, *others)} == {401}
    assert '<input id="token" name="token" type="password"' in page.text
    assert "not the token" in wrong.text
    assert "not the token" not in page.text
    assert browser.get("/server_info").status_code == 401
    assert browser.post("/sign-in", data={"token": token}).status_code == 200
    assert browser.get("/server_info").status_code == 200
    assert browser.cookies


def test_a_foreign_page_signs_nobody_in(address: str, config: Settings) -> None:
    token = find_token_file(config.state_dir).read_text()
    answer = httpx2.post(f"{address}/sign-in", data={"token": token}, headers={"origin": EVIL})

    assert answer.status_code == 403
    assert not answer.cookies


def test_a_tool_signs_in_by_a_bearer_token_also_through_an_allowed_proxy(
    address: str, config: Settings
) -> None:
    headers = {"authorization": f"Bearer {find_token_file(config.state_dir).read_text()}", "host": PROXY}

    answer = httpx2.post(f"{address}/graphql", json={"query": "{ version }"}, headers=headers)

    assert answer.json() == {"data": {"version": ""}}


def test_signing_in_leaves_no_token_in_the_address_and_a_cookie_for_this_site_only(
    address: str, config: Settings
) -> None:
    token = find_token_file(config.state_dir).read_text()

    answer = httpx2.get(f"{address}//evil.example/x", params={"token": token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/evil.example/x")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert token not in cookie


def test_only_the_installations_user_can_read_the_token(address: str, config: Settings) -> None:
    assert stat.S_IMODE(find_token_file(config.state_dir).stat().st_mode) == 0o600
