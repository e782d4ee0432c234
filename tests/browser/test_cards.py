"""On a phone every row of a table is a card, which says no more than it must."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import show

VISIBLE_TEXTS = """cells => cells
    .filter(cell => cell.getClientRects().length)
    .map(cell => `${cell.dataset.label ?? ""} ${cell.innerText}`.trim())
"""


def test_a_card_begins_with_its_title_and_has_no_label_of_what_is_clear_and_nothing_that_is_missing(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, "/issues?service=vouchers", "Issues")
    row = page.get_by_role("row", name="Voucher").first
    expect(row).to_be_visible()

    cells = row.locator("td").evaluate_all(VISIBLE_TEXTS)
    tops = row.locator("td").evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().top)")

    title = row.locator("td.wide").first.bounding_box()
    assert title is not None
    assert title["y"] == min(top for top in tops if top > 0)
    assert not [text for text in cells if text.startswith(("Severity", "Service", "Status", "Created"))]
    assert not [text for text in cells if text.endswith("–")]
    assert any("vouchers" in text for text in cells)
