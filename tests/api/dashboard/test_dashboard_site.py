"""The dashboard: its files have a strict security policy, and it calls only existing operations."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from api.access.permissions import build_role_table
from api.dashboard_site import FOLDER, VOCABULARY
from api.dashboard_vocabulary import write_vocabulary
from api.main import load_routers
from causeloop_pipeline.model.tenancy import Role
from tests.api.conftest import Client
from tests.api.sample import PASSWORD, Sample
from tests.offenders import assert_no_offenders, compare

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
VENDORED = FOLDER / "vendor"
VOCABULARY_PATH = FOLDER / VOCABULARY
SCRIPTS = sorted(path for path in FOLDER.rglob("*.js") if path.parent != VENDORED)
FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES and path.parent != VENDORED)
POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
CALL = re.compile(
    r"""\b(get|post|put|patch|remove|open)\(\s*["'`](/v1/[^"'`]*)["'`](?:,\s*(\{[^{}]*\}|\w+))?"""
)
ANY_PATH = re.compile(r"""["'`](/v1/[^"'`]*)["'`]""")
IMPORT = re.compile(r"""^import [^;"']*["']([^"']+)["'];$""", re.MULTILINE)
IMPORT_LATER = re.compile(r"""\bimport\(["']([^"']+)["']\)""")
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.MULTILINE)
CODE_FROM_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc"
    r"|\beval\b|new Function|setTimeout\(\s*[\"'`]|setHTML|localStorage|document\.cookie"
)
PATH_VARIABLES = {"path": {"connector_id", "prediction_id", "rule_id"}}
"""What the scripts' variables hold that are passed as a path's parameters."""


@pytest.fixture
def site(api_url: str) -> Any:
    """A browser without a credential."""
    with httpx2.Client(base_url=api_url, timeout=30) as browser:
        yield browser


def read_code(path: Path) -> str:
    """A script without its comments."""
    return re.sub(r"/\*.*?\*/|^\s*//.*?$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)


def find_imports(text: str) -> list[str]:
    """The modules that a script imports, at once or later."""
    return IMPORT.findall(text) + IMPORT_LATER.findall(text)


def read_module(path: Path) -> str:
    """A module's text; that of the vocabularies is in no file."""
    return write_vocabulary() if path.resolve() == VOCABULARY_PATH else path.read_text()


def is_there(path: Path) -> bool:
    """Whether the API serves a module."""
    return path.is_file() or path.resolve() == VOCABULARY_PATH


def find_calls() -> list[tuple[str, str, str, str]]:
    """(script, HTTP method, path template, parameters) of every call that the scripts make."""
    calls = []
    for script in SCRIPTS:
        for verb, path, parameters in CALL.findall(read_code(script)):
            method = {"open": "get", "remove": "delete"}.get(verb, verb)
            calls.append((script.relative_to(FOLDER).as_posix(), method, path, parameters))
    return calls


def test_the_page_is_served_at_the_root_without_signing_in(site: httpx2.Client) -> None:
    page = site.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Causeloop</title>" in page.text


def test_everything_that_the_page_names_is_served_with_its_type(site: httpx2.Client, api_url: str) -> None:
    page = site.get("/")
    named = re.findall(r"""(?:src|href)="([^"#][^"]*)\"""", page.text)
    assert any(name.endswith(".js") for name in named)
    assert any(name.endswith(".css") for name in named)
    for name in named:
        address = urljoin(f"{api_url}/", name)
        response = site.get(address)
        assert response.status_code == 200, name
        assert response.headers["content-type"].startswith(MEDIA_TYPES[Path(name).suffix]), name


def test_every_file_carries_the_policy_and_its_type(site: httpx2.Client) -> None:
    def find_problems(path: Path) -> Iterator[str]:
        is_page = path.name == "index.html"
        response = site.get("/" if is_page else f"/dashboard/{path.relative_to(FOLDER).as_posix()}")
        yield from compare(200, response.status_code, "status")
        if not is_page and response.text != path.read_text():
            yield "is served changed"
        if not response.headers["content-type"].startswith(MEDIA_TYPES[path.suffix]):
            yield f"is served as {response.headers['content-type']}"
        yield from compare("nosniff", response.headers["x-content-type-options"], "x-content-type-options")
        policy = response.headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        yield from compare(POLICY, {name: rules.get(name) for name in POLICY}, "policy")
        if "unsafe" in policy:
            yield f"has the policy {policy}"

    assert_no_offenders(FILES, find_problems)


def test_every_module_that_a_script_imports_exists() -> None:
    for script in SCRIPTS:
        text = read_code(script)
        modules = find_imports(text)
        assert len(modules) == len(re.findall(r"\bimport\b", text)), script.name
        for module in modules:
            assert module.startswith("."), f"{script.name} imports {module} from elsewhere"
            assert is_there(script.parent / module), f"{script.name} imports {module}, which does not exist"


def test_what_others_wrote_is_here_unchanged_with_its_licence(site: httpx2.Client) -> None:
    entries = json.loads((VENDORED / "vendored.json").read_text())
    for entry in entries:
        content = (VENDORED / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]
        assert "Permission" in (VENDORED / entry["licence"]).read_text(), entry["file"]
        served = site.get(f"/dashboard/vendor/{entry['file']}")
        assert served.content == content
        assert "javascript" in served.headers["content-type"]
    assert {entry["file"] for entry in entries} == {path.name for path in VENDORED.glob("*js")}


def test_every_imported_name_is_exported_there_and_used_here() -> None:
    for script in SCRIPTS:
        text = read_code(script)
        for names, module in re.findall(r"""^import \{([^}]*)\} from "(\.[^"]+)";$""", text, re.MULTILINE):
            offered = EXPORT.findall(read_module(script.parent / module))
            for name in filter(None, map(str.strip, names.split(","))):
                assert name in offered, f"{script.name} imports {name}, which {module} does not export"
                assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{script.name} imports {name} for nothing"


def test_every_script_and_style_is_used() -> None:
    page = (FOLDER / "index.html").read_text()
    reached, waiting = set(), [FOLDER / name for name in re.findall(r'src="dashboard/([^"]+)"', page)]
    while waiting:
        script = waiting.pop()
        if script not in reached:
            reached.add(script)
            waiting += [
                (script.parent / module).resolve()
                for module in find_imports(read_code(script) if script != VOCABULARY_PATH else "")
                if script.parent != VENDORED
            ]
    assert reached == {VOCABULARY_PATH, *SCRIPTS, *VENDORED.glob("*js")}
    assert all(f"dashboard/styles/{style.name}" in page for style in FOLDER.rglob("*.css"))


def test_no_file_refers_to_another_origin() -> None:
    harmless = re.compile(r"www\.w3\.org/|\.example$")  # names of formats, and RFC 2606's of nobody

    def find_problems(path: Path) -> Iterator[str]:
        for address in re.findall(r"""(?:https?:|["'`(=])//[\w.-]+\.\w[^\s"'`)]*""", read_code(path)):
            if not harmless.search(address):
                yield f"refers to {address}"
        yield from re.findall(r"@import|url\(", read_code(path))

    assert_no_offenders(FILES, find_problems)


def test_no_script_reads_text_as_code_or_markup_or_stores_beyond_the_tab() -> None:
    def find_problems(path: Path) -> Iterator[str]:
        allowed = {"localStorage"} if path.name == "theme.js" else set()
        yield from set(CODE_FROM_TEXT.findall(read_code(path))) - allowed

    assert_no_offenders(SCRIPTS, find_problems)


def test_the_page_has_no_inline_script_and_no_inline_style() -> None:
    page = (FOLDER / "index.html").read_text()
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page)
    assert set(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)) == {""}
    for script in SCRIPTS:
        assert not re.search(r"\bstyle:|\"style\"|'style'", read_code(script)), script.name


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
        guards = [path for path in named if path == "/v1/auth/"]
        assert sorted(named) == sorted(called + guards), script.name


def test_every_query_parameter_of_a_filter_is_accepted_by_its_list(site: httpx2.Client) -> None:
    paths = site.get("/openapi.json").json()["paths"]
    renamed = {"from": "created_from", "to": "created_before"}
    lists = {
        script: f"/v1/{script.rpartition('/')[2]}"
        for script in (
            "patterns/patterns",
            "issues/issues",
            "predictions/predictions",
            "recommendations/recommendations",
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


def test_an_unknown_file_is_a_problem_and_nothing_outside_the_folder_is_served(site: httpx2.Client) -> None:
    for name in ("nothing.js", "../main.py", "%2e%2e/main.py", "..%2fmain.py", "%2e%2e%2fkeys.py"):
        response = site.get(f"/dashboard/{name}")
        assert response.status_code == 404, name
        assert response.headers["content-type"] == "application/problem+json"


def test_the_page_accepts_only_reads_and_is_not_in_the_openapi_document(site: httpx2.Client) -> None:
    assert site.post("/", json={}).status_code == 405
    assert site.post("/dashboard/main.js", json={}).status_code == 405
    assert site.head("/").status_code == 200
    assert not any("dashboard" in path or path == "/" for path in site.get("/openapi.json").json()["paths"])


def test_the_files_that_the_page_names_are_kept_for_ever_and_change_their_names_with_their_content(
    site: httpx2.Client,
) -> None:
    named = re.findall(r"""(?:src|href)="(dashboard/[^"]+)\"""", site.get("/").text)
    assert len(named) > 5
    for name in named:
        assert "immutable" in site.get(f"/{name}").headers["cache-control"], name
    old = site.get("/dashboard/v-000000000000/main.js")
    assert old.headers["cache-control"] == "no-cache"
    assert old.text == (FOLDER / "main.js").read_text()


def test_long_answers_are_compressed_and_event_streams_are_not(
    client: Client, sample: Sample, site: httpx2.Client
) -> None:
    assert site.get("/dashboard/main.js").headers["content-encoding"] == "gzip"
    person = client(sample.credentials["viewer"])
    assert person.get("/v1/issues").headers["content-encoding"] == "gzip"
    with person.stream("GET", "/v1/stream") as stream:
        assert "content-encoding" not in stream.headers


def test_a_file_that_has_not_changed_is_not_sent_again(site: httpx2.Client) -> None:
    first = site.get("/dashboard/main.js")
    again = site.get("/dashboard/main.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert "content-security-policy" in again.headers
