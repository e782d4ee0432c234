"""The two ways in which a person uses a screen: with a mouse, or with nothing but a keyboard."""

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MAX_TABS = 400
IS_FOCUSED = "element => element === document.activeElement"


class Hands(Protocol):
    """What a person does to a control, however."""

    name: str
    presses: int
    """How many controls were pressed, written into or chosen from so far."""

    def press(self, control: Locator) -> None:
        """Press a link, a button, or what ticks a box."""

    def write(self, field: Locator, text: str) -> None:
        """Write into a field, in place of what it holds."""

    def choose(self, field: Locator, option: str) -> None:
        """Choose an option by its text."""


class Mouse:
    """Clicks; types where was clicked."""

    name = "mouse"

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, control: Locator) -> None:
        """Click it."""
        self.presses += 1
        control.click()

    def write(self, field: Locator, text: str) -> None:
        """Click the field, then type."""
        self.presses += 1
        field.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, field: Locator, option: str) -> None:
        """Pick the option; the list that opens is drawn by the system, not by the page."""
        self.presses += 1
        field.select_option(label=option)


class Keyboard:
    """Walks with Tab, presses Enter or Space, and never touches anything else."""

    name = "keyboard"

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def reach(self, control: Locator) -> None:
        """Press Tab until the control has the focus; fails where Tab never gets there."""
        self.presses += 1
        expect(control).to_be_visible()
        for _ in range(MAX_TABS):
            if control.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{MAX_TABS} times Tab do not reach {control}")

    def press(self, control: Locator) -> None:
        """Reach it, then Space for a box and Enter for everything else."""
        self.reach(control)
        is_box = control.evaluate("element => ['checkbox', 'radio'].includes(element.type)")
        self.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Reach the field, then type."""
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, field: Locator, option: str) -> None:
        """Reach the list, then type the beginning of the option."""
        self.reach(field)
        self.page.keyboard.type(option)
        expect(field.locator("option:checked")).to_have_text(option)
