"""How a ticket that the product opened is known again: by a mark that its tracker keeps.

The mark makes opening a ticket repeatable, and keeps our own tickets from coming back as failures.
"""

import re
from uuid import UUID

from causeloop_pipeline.connectors.spec import Record

MARK = re.compile(r"causeloop-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def mark_of(recommendation_id: UUID) -> str:
    """The mark of a recommendation's one ticket, fit to be a label."""
    return f"causeloop-{recommendation_id}"


def hidden_mark(recommendation_id: UUID) -> str:
    """The mark as a line of Markdown that readers do not see."""
    return f"<!-- {mark_of(recommendation_id)} -->"


def is_foreign_issue(record: Record) -> bool:
    """Whether an issue with a Markdown body is not one that the product opened."""
    return re.search(f"<!-- {MARK.pattern} -->", str(record.get("body") or "")) is None


def is_unmarked_issue(record: Record) -> bool:
    """Whether an issue with `fields.labels` is not one that the product opened."""
    labels = (record.get("fields") or {}).get("labels") or ()
    return not any(MARK.fullmatch(str(label)) for label in labels)
