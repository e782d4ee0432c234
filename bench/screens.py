"""How fast the screens load: `python -m bench.screens [ISSUES]`, 100,000 issues without a number.

A seeded workspace is served on loopback and read by a real Chromium. For each screen, opened by its address
in a signed-in browser: LCP (when the largest part is painted), CLS (how much moves meanwhile), and how many
phone screens high the page is. Goals: LCP 1 s, CLS .05, 6 screens of a phone.
"""

import shutil
import statistics
import sys
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from bench.api.applications import serve
from bench.data.stored_workspace import create_stored_workspace
from bench.embedded_server import open_embedded_server
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database import roles

ISSUES, LOADS = 100_000, 3
MAX_LCP_MS, MAX_CLS, MAX_PHONE_SCREENS = 1_000.0, 0.05, 6.0
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
WATCH = """
window.lcp = 0; window.cls = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.lcp = Math.max(window.lcp, entry.startTime);
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.cls += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SELECT_EXAMPLES = """
select
    (select pattern_id from detect.pattern where workspace_id = %(id)s order by issue_count desc limit 1),
    (select issue_id from core.issue where workspace_id = %(id)s limit 1),
    (select recommendation_id from act.recommendation where workspace_id = %(id)s limit 1)
"""


class Load(NamedTuple):
    """The measurements of one screen load."""

    lcp_ms: float
    cls: float


def main() -> int:
    """Seeds, serves and measures; 1 when a goal is missed."""
    issues = int(sys.argv[1]) if len(sys.argv) > 1 else ISSUES
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("this benchmark needs a browser: install chromium")
        return 1
    with open_embedded_server() as (server, _):
        workspace_id = create_stored_workspace(server.url(roles.DATABASE), issues)
        key, paths = prepare_screens(server.url(roles.DATABASE), workspace_id)
        print(f"{issues:,} issues; the median of {LOADS} loads")
        with serve("create_unlimited_app") as (_, port):
            return measure(program, f"http://127.0.0.1:{port}", key, paths)


def prepare_screens(superuser_url: str, workspace_id: UUID) -> tuple[str, dict[str, str]]:
    """A key to sign in with, and the address of each screen."""
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        key = create_service_key(owner, workspace_id, "bench", "owner")
        row = owner.execute(SELECT_EXAMPLES, {"id": workspace_id}).fetchone()
    assert row is not None
    pattern, issue, recommendation = row
    names = ("patterns", "recommendations", "predictions", "clusters", "issues", "report")
    return key, {
        "overview": "/",
        **{name: f"/{name}" for name in names},
        "issues by risk": "/issues?sort=-risk_score",
        "pattern": f"/patterns/{pattern}",
        "issue": f"/issues/{issue}",
        "recommendation": f"/recommendations/{recommendation}",
    }


def measure(program: str, site: str, key: str, paths: dict[str, str]) -> int:
    """Opens every screen and prints its figures; 1 when a goal is missed."""
    missed: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        context = sign_in(browser, site, key)
        print(f"{'':16} {'LCP':>8} {'CLS':>7} {'phone':>8}")
        for name, path in paths.items():
            loads = [load(context, f"{site}/#{path}") for _ in range(LOADS)]
            lcp = statistics.median(measured.lcp_ms for measured in loads)
            cls = statistics.median(measured.cls for measured in loads)
            screens = measure_phone(context, f"{site}/#{path}")
            print(f"{name:16} {lcp:5.0f} ms {cls:7.3f} {screens:8.1f}", flush=True)
            missed += list_missed(name, Load(lcp, cls), screens)
        browser.close()
    for line in missed:
        print(line)
    return int(bool(missed))


def list_missed(name: str, measured: Load, screens: float) -> Iterator[str]:
    """The goals that a screen misses."""
    if measured.lcp_ms > MAX_LCP_MS:
        yield f"{name}: LCP {measured.lcp_ms:.0f} ms, more than {MAX_LCP_MS:.0f}"
    if measured.cls > MAX_CLS:
        yield f"{name}: CLS {measured.cls:.3f}, more than {MAX_CLS}"
    if screens > MAX_PHONE_SCREENS:
        yield f"{name}: {screens:.1f} screens of a phone, more than {MAX_PHONE_SCREENS:.0f}"


def sign_in(browser: Browser, site: str, key: str) -> BrowserContext:
    """A browser profile that is signed in."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Service-account key").fill(key)
    page.get_by_role("button", name="Use this key").click()
    page.get_by_role("navigation", name="Screens").wait_for()
    page.close()
    context.add_init_script(WATCH)
    return context


def load(context: BrowserContext, address: str) -> Load:
    """Open a screen in a new tab and wait until it is complete."""
    page = context.new_page()
    page.goto(address)
    await_parts(page)
    measured = Load(page.evaluate("window.lcp"), page.evaluate("window.cls"))
    page.close()
    return measured


def measure_phone(context: BrowserContext, address: str) -> float:
    """The height of the page in phone screens."""
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(address)
    await_parts(page)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.close()
    return float(height) / PHONE["height"]


def await_parts(page: Page) -> None:
    """Wait for the screen and all of its parts."""
    page.locator("main h1").first.wait_for(state="attached")
    page.locator(".loading").first.wait_for(state="detached")
    page.wait_for_timeout(300)


if __name__ == "__main__":
    sys.exit(main())
