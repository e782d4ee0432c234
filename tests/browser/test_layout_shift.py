"""Nothing moves under the reader's eyes while a screen loads."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import sign_in
from tests.browser.screens import list_screens

MAX_SHIFT = 0.05
MAX_LOADS = 2
"""A busy machine may be slower than the page waits for its parts: one load that stays still is enough."""

WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def measure_shift(page: Page, address: str) -> float:
    """How much of the page moved while it was loaded once."""
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("main h1").first).to_be_attached()
    expect(page.locator(".loading")).to_have_count(0)
    return float(page.evaluate("window.shift"))


def test_no_screen_shifts_while_it_loads(context: BrowserContext, api_url: str, shop: Sample) -> None:
    page = context.new_page()
    sign_in(page, api_url, shop.credentials["owner"])
    page.add_init_script(WATCH)
    shifts = {}
    for name in ("overview", "patterns", "pattern", "predictions", "clusters", "issues", "recommendation"):
        path = list_screens(shop)[name]
        loads = (measure_shift(page, f"{api_url}/#{path}") for _ in range(MAX_LOADS))
        if all((shift := load) > MAX_SHIFT for load in loads):
            shifts[name] = shift

    assert shifts == {}
