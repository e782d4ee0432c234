"""The API reference at /docs: served by this installation alone, under the dashboard's policy."""

import re

import httpx2
import pytest

from api.dashboard_site import REFERENCE_FOLDER


@pytest.fixture
def page(api_url: str) -> httpx2.Response:
    """The page of the reference."""
    return httpx2.get(f"{api_url}/docs")


def test_the_reference_loads_nothing_from_another_origin(page: httpx2.Response, api_url: str) -> None:
    texts = [path.read_text() for path in REFERENCE_FOLDER.iterdir()]
    named = re.findall(r"""(?:src|href)="([^"#][^"]*)\"""", page.text)

    assert not any(re.search(r"https?://|[\"'(]//", text) for text in (*texts, page.text))
    assert len(named) > 4
    assert {httpx2.get(f"{api_url}/{name}").status_code for name in named} == {200}


def test_the_reference_has_the_policy_of_the_dashboard(page: httpx2.Response, api_url: str) -> None:
    dashboard = httpx2.get(f"{api_url}/")
    for name in ("content-security-policy", "x-frame-options", "cross-origin-opener-policy"):
        assert page.headers[name] == dashboard.headers[name]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert "cdn" not in page.text


def test_the_reference_reads_the_document_that_is_served(api_url: str) -> None:
    document = httpx2.get(f"{api_url}/openapi.json").json()
    script = (REFERENCE_FOLDER / "reference.js").read_text()

    assert 'fetch("openapi.json")' in script
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    tags = {tag["name"] for tag in document["tags"]}
    assert all(tags & set(operation["tags"]) for operation in operations)
