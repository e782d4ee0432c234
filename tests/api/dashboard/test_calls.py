"""The dashboard calls only existing operations, with what they take."""

import re

import httpx2

from api.access.permissions import build_role_table
from api.dashboard_page import FOLDER
from api.main import load_routers
from causeloop_pipeline.model.tenancy import Role
from tests.api.conftest import Client
from tests.api.dashboard.scripts import SCRIPTS, find_calls, read_code
from tests.api.sample import PASSWORD, Sample

ANY_PATH = re.compile(r"""["'`](/v1/[^"'`]*)["'`]""")
PATH_VARIABLES = {
    "path": {
        *("connector_id", "pattern_id", "postmortem_id", "prediction_id", "recommendation_id", "rule_id"),
        "upload_id",
    }
}
"""What the scripts' variables hold that are passed as a path's parameters."""

FILE_CALLS = {("lib/client.js", "/v1/uploads"), ("lib/client.js", "/v1/postmortems")}
"""The bodies that are not JSON."""


def test_every_call_is_an_operation_of_the_api(site: httpx2.Client) -> None:
    paths = site.get("/openapi.json").json()["paths"]
    assert len(find_calls()) > 30
    for script, method, path, parameters in find_calls():
        assert method in paths.get(path, {}), f"{script} calls {method.upper()} {path}"
        needed = set(re.findall(r"\{(\w+)\}", path))
        sent = PATH_VARIABLES.get(parameters) or set(re.findall(r"(\w+)\s*(?=[:,}])", parameters))
        assert needed <= sent, f"{script} fills {path} with {parameters}"


def test_every_path_in_the_scripts_stands_in_a_call() -> None:
    calls = find_calls()
    for script in SCRIPTS:
        named = ANY_PATH.findall(read_code(script))
        place = script.relative_to(FOLDER).as_posix()
        called = [path for name, _, path, _ in calls if name == place]
        guards = [path for path in named if path == "/v1/auth/" or (place, path) in FILE_CALLS]
        assert sorted(named) == sorted(called + guards), script.name


def test_every_query_parameter_of_a_filter_is_accepted_by_its_list(site: httpx2.Client) -> None:
    paths = site.get("/openapi.json").json()["paths"]
    renamed = {"from": "created_from", "within": "created_from", "to": "created_before"}
    lists = {
        script: f"/v1/{script.partition('/')[0]}"
        for script in (
            "patterns/filters",
            "issues/filters",
            "predictions/filters",
            "recommendations/filters",
            "changes",
        )
    }
    for script, path in lists.items():
        accepted = {parameter["name"] for parameter in paths[path]["get"]["parameters"]}
        filters = re.findall(
            r"FIELDS = \[.*?^\];", (FOLDER / "screens" / f"{script}.js").read_text(), re.DOTALL | re.MULTILINE
        )
        sent = set(re.findall(r"\bname: \"(\w+)\"", filters[0]))
        assert sent
        sent = {renamed.get(name, name) for name in sent}
        assert sent <= accepted, f"{script} sends {sent - accepted}"


def test_what_a_viewer_sees_first_is_allowed_to_a_viewer(
    client: Client, sample: Sample, site: httpx2.Client
) -> None:
    paths = site.get("/openapi.json").json()["paths"]
    overview = {
        (method, path)
        for script, method, path, _ in find_calls()
        if script in {"screens/overview.js", "screens/recommendations/fixes.js"}
    }
    roles = build_role_table(load_routers())
    assert len(overview) >= 4
    for method, path in overview:
        assert roles[paths[path][method]["operationId"]] == Role.VIEWER
        address = path.replace("{recommendation_id}", str(sample.ids["recommendation_id"]))
        assert client(sample.credentials["viewer"]).request(method, address).status_code == 200


def test_the_sign_in_response_has_the_tokens_that_the_session_stores(client: Client, sample: Sample) -> None:
    people = client(sample.credentials["admin"]).get("/v1/members").json()["data"]
    email = next(person["email"] for person in people if person["email"].startswith("member-"))
    body = {"email": email, "password": PASSWORD, "workspace_id": None}
    tokens = client().post("/v1/auth/login", json=body).json()
    stored = re.findall(r"tokens\.(\w+)", (FOLDER / "lib" / "session.js").read_text())
    assert stored == ["access_token"]
    assert all(tokens[name] for name in stored)
