"""No violation of the accessibility rules on any screen, in both themes and with everything opened."""

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show
from tests.browser.screens import list_screens, open_details

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MAX_PHONE_SCREENS = 7
EXCESS_AND_SCREENS = """() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [scrollWidth - innerWidth, scrollHeight / innerHeight];
}"""
COLOURS = {"type": "rule", "values": ["color-contrast"]}
TARGETS = {"type": "rule", "values": ["target-size"]}
CONTRASTS = (Path(__file__).parent / "contrasts.js").read_text()


def find_violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What breaks a rule on the page as it stands: rule, place and what is wrong."""
    axe = Axe("") if page.evaluate("'axe' in window") else Axe()  # a tab that is not loaded again keeps it
    violations = axe.run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response[
        "violations"
    ]
    return [
        f"{rule['id']}: {node['html'][:120]} {re.sub(chr(10), ' ', node['failureSummary'])[:160]}"
        for rule in violations
        for node in rule["nodes"]
    ]


def test_no_screen_breaks_a_rule_in_either_theme_with_everything_opened(page: Page, shop: Sample) -> None:
    broken: dict[str, list[str]] = {}
    for name, path in list_screens(shop).items():
        page.emulate_media(color_scheme="light")
        show(page, path)
        open_details(page)
        expect(page.locator(".loading")).to_have_count(0)
        violations = find_violations(page, RULES) + page.evaluate(CONTRASTS)
        page.emulate_media(color_scheme="dark")
        violations += find_violations(page, COLOURS) + page.evaluate(CONTRASTS)
        if violations:
            broken[name] = violations

    assert broken == {}


def test_no_dialog_breaks_a_rule(page: Page, shop: Sample) -> None:
    dialogs = {
        f"/patterns/{shop.ids['pattern_id']}": ("Rename", "Merge", "Assign", "Snooze"),
        f"/issues/{shop.ids['issue_id']}": ("Edit", "Link to a pattern"),
        "/issues": ("Report an issue",),
        "/settings/members": ("Invite",),
        "/settings/keys": ("Create a key",),
        "/alerts": ("Create a rule",),
        f"/connectors/{shop.ids['connector_id']}": ("Edit", "Delete"),
    }
    broken: dict[str, list[str]] = {}
    for path, buttons in dialogs.items():
        show(page, path)
        for name in buttons:
            page.get_by_role("button", name=name, exact=True).first.click()
            expect(page.get_by_role("dialog").locator(".loading")).to_have_count(0)
            if violations := find_violations(page, RULES):
                broken[name] = violations
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)

    assert broken == {}


def test_on_a_phone_nothing_is_too_wide_too_long_or_too_small_to_touch(page: Page, shop: Sample) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    wide, long, small = dict[str, float](), dict[str, float](), dict[str, list[str]]()
    for name, path in list_screens(shop).items():
        show(page, path)
        width, height = page.evaluate(EXCESS_AND_SCREENS)
        if width > 0:
            wide[name] = width
        if height > MAX_PHONE_SCREENS:
            long[name] = height
        open_details(page)
        expect(page.locator(".loading")).to_have_count(0)
        if violations := find_violations(page, TARGETS):
            small[name] = violations

    assert wide == {}
    assert long == {}
    assert small == {}
