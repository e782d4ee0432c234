"""What Slack refuses in blocks, by the limits that its reference of Block Kit publishes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAX_BLOCKS = 50
BLOCKS = {"header", "section", "context", "actions", "divider"}
"""Of the kinds of blocks, those that the product uses."""


def find_problems(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each reason for which Slack answers `invalid_blocks`."""
    problems = [f"more than {MAX_BLOCKS} blocks"] if len(blocks) > MAX_BLOCKS else []
    for place, block in enumerate(blocks):
        problems += [f"blocks[{place}]: {problem}" for problem in _check_block(block)]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    return problems + (["block_id occurs twice"] if len(ids) != len(set(ids)) else [])


def _check_block(block: Mapping[str, Any]) -> Iterator[str]:
    match block.get("type"):
        case "header":
            yield from _check_text(block.get("text"), 150, plain=True)
        case "section":
            yield from _check_section(block)
        case "context":
            elements = block.get("elements", ())
            if not 1 <= len(elements) <= 10:
                yield "a context has 1 to 10 elements"
            for element in elements:
                yield from _check_text(element, 3_000)
        case "actions":
            yield from _check_actions(block.get("elements", ()))
        case "divider":
            pass
        case other:
            yield f"no such block: {other}"


def _check_actions(elements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield "actions have 1 to 25 elements"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "action_id occurs twice"
    for element in elements:
        yield from _check_element(element)


def _check_section(block: Mapping[str, Any]) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "a section has a text or fields"
    if "text" in block:
        yield from _check_text(block["text"], 3_000)
    if len(block.get("fields", ())) > 10:
        yield "more than 10 fields"
    for field in block.get("fields", ()):
        yield from _check_text(field, 2_000)


def _check_element(element: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(element.get("action_id", "")) <= 255:
        yield "action_id has 1 to 255 characters"
    match element.get("type"):
        case "button":
            yield from _check_text(element.get("text"), 75, plain=True)
            if len(element.get("value", "")) > 2_000 or len(element.get("url", "")) > 3_000:
                yield "a button's value or url is too long"
            if "confirm" in element:
                yield from _check_confirm(element["confirm"])
        case "static_select":
            yield from _check_text(element.get("placeholder"), 150, plain=True)
            if not 1 <= len(element.get("options", ())) <= 100:
                yield "a menu has 1 to 100 options"
            for option in element.get("options", ()):
                yield from _check_text(option.get("text"), 75)
                if not 1 <= len(option.get("value", "")) <= 150:
                    yield "an option's value has 1 to 150 characters"
        case other:
            yield f"no such element: {other}"


def _check_confirm(confirm: Mapping[str, Any]) -> Iterator[str]:
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from _check_text(confirm.get(name), limit, plain=True)


def _check_text(text: Any, limit: int, *, plain: bool = False) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield "no text object"
        return
    if plain and text["type"] != "plain_text":
        yield "the text must be plain"
    if not 1 <= len(text.get("text", "")) <= limit:
        yield f"a text has 1 to {limit} characters"
    if ("emoji" in text and text["type"] != "plain_text") or (
        "verbatim" in text and text["type"] != "mrkdwn"
    ):
        yield "an option of the other kind of text"


def list_markup(message: Mapping[str, Any]) -> list[str]:
    """The texts of a message in which Slack reads links and mentions."""
    texts = [str(message.get("text") or "")]
    for block in message.get("blocks") or ():
        parts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        texts += [
            part["text"] for part in parts if isinstance(part, Mapping) and part.get("type") == "mrkdwn"
        ]
    return texts
