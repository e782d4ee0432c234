"""The product's vocabularies are served to the dashboard as one of its modules."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from api.dashboard_site import VOCABULARY
from api.dashboard_vocabulary import write_vocabulary
from causeloop_pipeline.model.vocabularies import VOCABULARIES


@pytest.fixture
def site(api_url: str) -> Iterator[httpx2.Client]:
    """A browser without a credential."""
    with httpx2.Client(base_url=api_url, timeout=30) as browser:
        yield browser


def test_the_vocabularies_are_a_module_that_browsers_keep_like_a_file(site: httpx2.Client) -> None:
    version = re.search(r"dashboard/(v-[0-9a-f]+)/", site.get("/").text)
    assert version
    versioned = site.get(f"/dashboard/{version[1]}/{VOCABULARY}")
    revalidated = site.get(f"/dashboard/{VOCABULARY}")
    unchanged = site.get(f"/dashboard/{VOCABULARY}", headers={"If-None-Match": revalidated.headers["etag"]})

    assert versioned.text == revalidated.text == write_vocabulary()
    assert revalidated.headers["content-type"].startswith("text/javascript")
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (revalidated.headers["cache-control"], unchanged.status_code) == ("no-cache", 304)
    assert "'self'" in versioned.headers["content-security-policy"]
    assert site.post(f"/dashboard/{VOCABULARY}").status_code == 405


def test_the_module_exports_every_vocabulary() -> None:
    exported = set(re.findall(r"^export const (\w+) =", write_vocabulary(), re.MULTILINE))

    assert {vocabulary.__name__ for vocabulary in VOCABULARIES} | {"WINDOWS", "ISSUE_FACETS"} <= exported
