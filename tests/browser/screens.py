"""The screens that the tests go through, and their pictures in docs/screens.md, made from a running demo.

python -m tests.browser.screens http://127.0.0.1:8080
"""

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from causeloop_pipeline.demo.tenants import DEMO_PASSWORD
from tests.api.sample import Sample
from tests.browser.conftest import BROWSERS, MILLISECONDS, OPTIONS, show

FOLDER = Path(__file__).parents[2] / "docs/screens"
OWNER = "owner@harbor-clinics.example"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PREVIEWS = {
    "overview": ("/", None, DESKTOP, "light"),
    "patterns": ("/patterns?group=owner", None, DESKTOP, "light"),
    "pattern": ("/patterns", "tbody td.wide a", DESKTOP, "light"),
    "recommendation": ("/recommendations", "tbody td.wide a", DESKTOP, "light"),
    "predictions": ("/predictions", None, DESKTOP, "light"),
    "clusters": ("/clusters", None, DESKTOP, "dark"),
    "phone": ("/", None, PHONE, "dark"),
}
"""By name: the screen, the link on it that is followed (null: none), the size and the theme."""


PATHS = {
    "overview": "/",
    "patterns": "/patterns",
    "pattern": "/patterns/:id",
    "recommendations": "/recommendations",
    "recommendation": "/recommendations/:id",
    "predictions": "/predictions",
    "prediction": "/predictions/:id",
    "clusters": "/clusters",
    "issues": "/issues",
    "issue": "/issues/:id",
    "services": "/services",
    "service": "/services?name=checkout",
    "teams": "/teams",
    "team": "/teams?name=@acme/shop",
    "changes": "/changes",
    "seen before": "/seen-before",
    "connectors": "/connectors",
    "connector": "/connectors/:id",
    "new connector": "/connectors/new",
    "connect jira": "/connectors/new?type=jira",
    "own connectors": "/connectors/own",
    "uploads": "/uploads",
    "upload": "/uploads/:id",
    "postmortems": "/postmortems",
    "postmortem": "/postmortems/:id",
    "alerts": "/alerts",
    "report": "/report",
    "setup": "/setup",
    "settings": "/settings",
    "members": "/settings/members",
    "keys": "/settings/keys",
    "directory": "/settings/directory",
    "organization": "/settings/organization",
    "owners": "/settings/owners",
    "export": "/settings/export",
    "tracker_acts": "/settings/tracker-acts",
    "slack": "/settings/slack",
    "audit": "/settings/audit",
    "account": "/settings/account",
    "nothing": "/nothing",
}
"""Every screen of the dashboard by name."""


def list_screens(sample: Sample) -> dict[str, str]:
    """Every screen of the dashboard by name, for one of each kind of row."""
    return {name: path.replace(":id", str(sample.ids.get(f"{name}_id"))) for name, path in PATHS.items()}


def open_details(page: Page) -> None:
    """Open everything that can be opened."""
    page.evaluate("document.querySelectorAll('details').forEach((element) => { element.open = true; })")


def document_screens(browser: Browser, url: str) -> None:
    """Take every picture, each in a profile of its own."""
    FOLDER.mkdir(exist_ok=True)
    for name, (path, followed, size, theme) in PREVIEWS.items():
        scheme = "dark" if theme == "dark" else "light"
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(MILLISECONDS)
        page = context.new_page()
        _sign_in(page, url)
        show(page, path)
        if followed:
            page.locator(followed).first.click()
            expect(page.locator("article h1")).to_be_visible()
            expect(page.locator(".loading")).to_have_count(0)
        page.wait_for_timeout(1000)  # charts are drawn a moment after their numbers are there
        page.screenshot(path=FOLDER / f"{name}.png")
        context.close()


def _sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Menu:"))).to_be_visible()


if __name__ == "__main__":
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, BROWSERS)))
        document_screens(playwright.chromium.launch(executable_path=program, args=list(OPTIONS)), sys.argv[1])
