"""The dashboard is served with a strict security policy, kept by browsers and sent compressed."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from api.dashboard_page import FOLDER
from tests.api.conftest import Client
from tests.api.dashboard.scripts import FILES, MEDIA_TYPES, VENDORED, read_code
from tests.api.dashboard.test_scripts import IMPORT
from tests.api.sample import Sample
from tests.offenders import assert_no_offenders, compare

POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}


def test_the_page_is_served_at_the_root_without_signing_in(site: httpx2.Client) -> None:
    page = site.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Causeloop</title>" in page.text


def test_everything_that_the_page_names_is_served_with_its_type(site: httpx2.Client, api_url: str) -> None:
    page = site.get("/")
    named = re.findall(r"""(?:src|href)="((?!v1/)[^"#][^"]*)\"""", page.text)
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


def test_the_page_asks_at_once_for_every_script_that_its_first_one_imports(site: httpx2.Client) -> None:
    page = site.get("/").text
    named = re.findall(r'<link rel="modulepreload" href="dashboard/v-\w+/([^"]+)"', page)

    assert sorted(named) == sorted(find_imported("main.js"))
    assert not any(name.startswith("screens/patterns/") for name in named)


def test_the_page_lists_for_each_screen_the_scripts_that_only_it_needs(site: httpx2.Client) -> None:
    page = site.get("/").text
    listed = json.loads(re.findall(r'id="scripts-of-screens">([^<]+)<', page)[0])
    first = find_imported("main.js")
    table = (FOLDER / "routes.js").read_text()

    assert list(listed) == re.findall(r'\bpath: "([^"]+)"', table)
    expected = find_imported("screens/patterns/pattern.js") - first
    assert set(listed["/patterns/:id"]) == expected
    assert "screens/patterns/pattern.js" in expected
    assert {name for names in listed.values() for name in names} & first == set()


def test_a_browser_with_a_session_asks_who_is_signed_in_before_any_script_runs(
    api_url: str, sample: Sample
) -> None:
    with httpx2.Client(base_url=api_url, timeout=30) as browser:
        before = list_requested_answers(browser)
        headers = {"Authorization": f"Bearer {sample.credentials['viewer']}", "Origin": api_url}
        assert browser.post("/v1/auth/browser", headers=headers).status_code == 200
        after = list_requested_answers(browser)
        assert [browser.get(f"/{path}").status_code for path in after] == [200, 200, 200]

    assert before == ["v1/auth/browser"]
    assert after == ["v1/auth/browser", "v1/me", "v1/workspace"]


def list_requested_answers(browser: httpx2.Client) -> list[str]:
    """The answers of the API that the page asks for."""
    return re.findall(r'<link rel="preload" as="fetch" href="([^"]+)" crossorigin />', browser.get("/").text)


def find_imported(name: str) -> set[str]:
    """A script of the dashboard and all that it imports at once."""
    reached, waiting = set(), [(FOLDER / name).resolve()]
    while waiting:
        script = waiting.pop()
        if script not in reached:
            reached.add(script)
            code = read_code(script) if script.is_file() else ""
            waiting += [(script.parent / each).resolve() for each in IMPORT.findall(code)]
    return {script.relative_to(FOLDER.resolve()).as_posix() for script in reached}


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
