"""The reader's place is sacred: live updates, “back” and filters take nothing out of one's hands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show

Publish = Callable[[], None]
APPEND_WIDE_BUTTON = """() => {
  const button = Object.assign(document.createElement("button"), { textContent: "Last" });
  button.style.width = "100%";
  document.querySelector("main").append(button);
}"""
IS_ON_TOP = """element => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === element;
}"""


def offer_of(page: Page) -> None:
    """Wait until the page says that there is something new."""
    expect(page.get_by_text("New results are available.")).to_be_visible()


@pytest.mark.parametrize(("path", "heading"), [("/issues", "Issues"), ("/connectors", "Connectors")])
def test_on_a_phone_the_end_of_a_page_is_not_below_the_news(
    page: Page, publish: Publish, path: str, heading: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    show(page, path, heading)
    page.evaluate("scrollTo(0, 50)")
    publish()
    offer_of(page)

    page.evaluate(APPEND_WIDE_BUTTON)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")

    assert page.get_by_role("button", name="Last").evaluate(IS_ON_TOP)


def test_a_live_update_keeps_the_scroll_position_and_the_rows_that_were_loaded(
    page: Page, publish: Publish
) -> None:
    show(page, "/issues", "Issues")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    page.evaluate("scrollTo(0, 2500)")

    publish()
    offer_of(page)

    assert page.evaluate("scrollY") >= 2500
    expect(page.locator("tbody tr")).to_have_count(100)
    page.get_by_role("button", name="Refresh").dispatch_event("click")
    expect(page.get_by_text("New results are available.")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(100)
    assert page.evaluate("scrollY") >= 2400


def test_back_returns_to_the_row_that_was_left(page: Page) -> None:
    show(page, "/issues", "Issues")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    row = page.locator("tbody tr").nth(80).get_by_role("link").first
    title = row.text_content()
    row.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    row.click()
    expect(page.get_by_role("heading", level=1, name=title or "")).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")

    page.go_back()

    expect(page.locator("tbody tr")).to_have_count(100)
    expect(page.locator("tbody tr").nth(80).get_by_role("link").first).to_be_in_viewport()
    assert abs(page.evaluate("scrollY") - before) < 50


def test_a_live_update_keeps_unsaved_text_ticks_and_the_focus(
    page: Page, publish: Publish, shop: Sample
) -> None:
    show(page, f"/recommendations/{shop.ids['recommendation_id']}")
    note = page.get_by_label("Add a note")
    note.fill("half a thought")
    place = note.bounding_box()

    publish()
    offer_of(page)

    assert note.bounding_box() == place, "the notice moves what somebody is about to press"
    expect(note).to_have_value("half a thought")
    expect(note).to_be_focused()
    page.get_by_role("button", name="Refresh").dispatch_event("click")
    expect(page.get_by_text("New results are available.")).to_have_count(0)
    expect(page.get_by_label("Add a note")).to_have_value("half a thought")


def test_ticking_a_step_keeps_the_focus_on_the_next_thing_to_do(page: Page, shop: Sample) -> None:
    show(page, f"/recommendations/{shop.ids['recommendation_id']}")
    note = page.get_by_label("Add a note")
    note.fill("half a thought")
    step = page.locator("#step-0")
    step.focus()
    was_done = step.is_checked()

    page.keyboard.press("Space")

    expect(page.locator("#step-0:not([aria-busy])")).to_be_checked(checked=not was_done)
    expect(page.locator("#step-0")).to_be_focused()
    expect(page.get_by_label("Add a note")).to_have_value("half a thought")


def test_a_live_update_keeps_the_selected_node_of_the_graph(page: Page, publish: Publish) -> None:
    show(page, "/clusters", "Clusters")
    graph = page.get_by_role("group", name="Pattern graph")
    expect(graph).to_have_attribute("data-drawn", "")
    graph.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    chosen = page.locator(".chosen h3")
    expect(chosen).to_be_visible()

    publish()
    offer_of(page)

    expect(chosen).to_be_visible()


def test_a_click_on_a_row_while_a_filter_is_being_typed_opens_that_row(page: Page) -> None:
    show(page, "/patterns", "Patterns")
    row = page.locator("tbody tr").first.get_by_role("link").first
    title = row.text_content() or ""
    page.get_by_label("Search names").type("voucher")

    row.click()

    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_an_untouched_page_updates_itself(page: Page, publish: Publish) -> None:
    show(page, "/", None)
    page.evaluate("document.querySelector('main h1').dataset.old = 'yes'")

    publish()

    expect(page.locator("main h1[data-old]")).to_have_count(0)


def test_a_live_update_keeps_the_progress_of_a_recompute_and_the_focus_on_its_button(
    page: Page, publish: Publish
) -> None:
    show(page, "/clusters", "Clusters")
    page.get_by_role("button", name="Recompute").click()
    progress = page.get_by_text("Recompute waiting for its run")
    expect(progress).to_be_visible()
    expect(page.get_by_role("button", name="Recompute")).to_be_focused()

    publish()
    offer_of(page)

    expect(progress).to_be_visible()
