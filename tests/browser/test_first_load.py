"""What a screen needs is requested when its page arrives, once each, and nothing of other screens."""

from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.screens import list_screens

LIST_REQUESTS = """
performance.getEntriesByType("resource").map(({ name, initiatorType: by, startTime: at }) => {
  return { path: new URL(name).pathname.replace(/^.dashboard.v-[0-9a-f]+/, ""), by, at };
})
"""


def test_scripts_and_the_first_answers_are_requested_by_the_page_itself_and_once(
    page: Page, api_url: str, shop: Sample
) -> None:
    page.goto("about:blank")
    page.goto(f"{api_url}/#{list_screens(shop)['pattern']}")
    expect(page.locator("main h1").first).to_be_attached()
    expect(page.locator(".loading")).to_have_count(0)

    requests = page.evaluate(LIST_REQUESTS)
    paths = [request["path"] for request in requests]
    by = {request["path"]: request["by"] for request in requests}
    first = ("/v1/auth/browser", "/v1/me", "/v1/workspace")
    assert {path: paths.count(path) for path in first} == dict.fromkeys(first, 1)
    assert {by[path] for path in first} == {"link"}

    scripts = [request for request in requests if request["path"].endswith(".js")]
    names = [script["path"] for script in scripts]
    begun = min(request["at"] for request in requests if request["by"] == "fetch")
    assert [script["path"] for script in scripts if script["at"] > begun] == []
    assert len(names) == len(set(names))
    assert "/screens/patterns/pattern.js" in names
    assert "/screens/issues/issues.js" not in names
