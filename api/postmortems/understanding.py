"""What is understood of a post-mortem, in a process of its own: nothing of it is an instruction."""

from datetime import date
from typing import Any

from api.http.errors import Problem
from api.seen_before.comparing import ReadFailure, read_text
from causeloop_pipeline.landing.postmortems.action_item import ActionItem
from causeloop_pipeline.landing.postmortems.blocks import UnreadableDocumentError
from causeloop_pipeline.landing.postmortems.reading import read_postmortem
from causeloop_pipeline.landing.postmortems.references import list_spellings
from causeloop_pipeline.landing.storable import make_storable


def understand(content: bytes, name: str, address: str | None, timezone: str) -> dict[str, Any]:
    """What a document says, as plain values; 422 where it cannot be read."""
    try:
        read = read_postmortem(content, name, address, zone=timezone)
    except UnreadableDocumentError as error:
        raise Problem(422, "unreadable_file", f"{name}: {error}") from None
    understood: dict[str, Any] = make_storable(
        {
            "source": read.source,
            "address": read.address,
            "title": read.title,
            "occurred_at": read.occurred_at,
            "services": list(read.services),
            "severity": read.severity,
            "statements": read.statements,
            "failure": {"titles": read.failure_titles, "text": read.failure_text},
            "names": _spell(read.references),
            "notes": list(read.notes),
            "items": [_describe(place, item) for place, item in enumerate(read.items)],
        }
    )
    return understood


def read_failure_of(scope: str, titles: list[str], text: str, service: str | None) -> ReadFailure | None:
    """A post-mortem's failure as it is compared: by its text, and by what an issue may be called.

    None where the document holds no word of it.
    """
    from causeloop_pipeline.landing.failure_lines import has_word

    readable = [each for each in (text, *titles) if has_word(each)]
    if not readable:
        return None
    read = read_text(scope, readable[0])
    others = [read_text(scope, title) for title in titles if has_word(title)] or [read]
    return read._replace(
        titles=list(dict.fromkeys(title for each in others for title in each.titles)),
        keys=list(dict.fromkeys(key for each in (read, *others) for key in each.keys)),
        fields={**read.fields, **({"service": service} if service else {})},
    )


def _describe(place: int, item: ActionItem) -> dict[str, Any]:
    done_on: date | None = item.status.done_on
    return {
        "item_key": item.key,
        "place": place,
        "text": item.text,
        "quote": item.quote,
        "heading": item.heading,
        "kind": str(item.kind),
        "owner": item.owner,
        "due_on": item.due_on,
        "tickets": list(item.tickets),
        "names": _spell(item.tickets),
        "is_done": item.status.is_done,
        "is_dropped": item.status.is_dropped,
        "done_on": done_on,
    }


def _spell(references: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(each for reference in references for each in list_spellings(reference)))
