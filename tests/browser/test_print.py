"""A pattern and the week on paper, or as PDF: everything that is read, and nothing that is pressed."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show
from tests.browser.screens import FOLDER, PREVIEWS

DOCUMENT = Path(__file__).parents[2] / "docs/screens.md"


def test_a_pattern_and_the_week_are_printed_without_what_can_be_pressed(page: Page, shop: Sample) -> None:
    pattern = f"/patterns/{shop.ids['pattern_id']}"
    for path, text in ((pattern, "When does it come back?"), ("/report", "What to fix first")):
        page.emulate_media(media="screen")
        show(page, path)
        expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()

        page.emulate_media(media="print")

        expect(page.get_by_role("heading", name=text)).to_be_visible()
        expect(page.get_by_role("banner")).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        assert page.pdf().startswith(b"%PDF-")


def test_the_week_before_is_one_press_away_and_the_overview_leads_to_the_report(page: Page) -> None:
    show(page, "/")
    page.get_by_role("link", name="Weekly report").click()
    expect(page.get_by_role("heading", level=1, name="week of")).to_be_visible()
    title = page.get_by_role("heading", level=1).inner_text()

    page.get_by_role("link", name="Week before").click()

    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    page.get_by_role("link", name="Week after").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_every_picture_is_shown_once_and_made_by_the_command_that_the_page_names() -> None:
    text = DOCUMENT.read_text()
    named = re.findall(r"!\[[^\]]+\]\(screens/(\w+)\.png\)", text)

    assert sorted(named) == sorted(PREVIEWS) == sorted(path.stem for path in FOLDER.glob("*"))
    assert "python -m tests.browser.screens" in text
    assert all((FOLDER / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in PREVIEWS)
