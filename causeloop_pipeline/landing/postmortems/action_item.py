"""An action item of a post-mortem, and by what it is the same item when the document is read again."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from causeloop_pipeline.landing.postmortems.item_status import NOT_STATED, ItemStatus
from causeloop_pipeline.model.postmortem import ItemKind


@dataclass(frozen=True, slots=True)
class ActionItem:
    """What was to be done after an incident, and whether it is done, as a document says."""

    key: str
    """By what it is the same item when the document is read again."""
    text: str
    quote: str
    """The words that it was read from."""
    heading: str
    kind: ItemKind
    status: ItemStatus = NOT_STATED
    owner: str | None = None
    due_on: date | None = None
    tickets: tuple[str, ...] = ()


def make_key(text: str, label: str, anchor: str | None) -> str:
    """What stays the same while an item's status changes: the id of a task, a label, or the words."""
    if anchor:
        return f"anchor:{anchor}"
    if label:
        return f"label:{label.lower().replace(' ', '-')}"
    words = " ".join(re.findall(r"\w+", text.lower()))
    return f"text:{hashlib.sha256(words.encode()).hexdigest()[:24]}"


def number_keys(items: Iterable[ActionItem]) -> Iterator[ActionItem]:
    """Items of one key differ by their order; the same words twice are one item."""
    seen: Counter[str] = Counter()
    texts: set[tuple[str, str]] = set()
    for item in items:
        if (item.key, item.text) in texts:
            continue
        texts.add((item.key, item.text))
        seen[item.key] += 1
        yield replace(item, key=f"{item.key}:{seen[item.key]}") if seen[item.key] > 1 else item
