"""How far records have been read again, in words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causeloop_pipeline.storage.raw.rereading import Rereading

MAX_NAMED = 3


def describe_rereading(rereading: "Rereading | None") -> str:
    """What a passage reads again and how far it has come; at its end, that all is read."""
    if rereading is None or rereading.finished_at is not None:
        return "every record has been read with the current mappings"
    named = ", ".join(name for name in rereading.sources[:MAX_NAMED] if name)
    more = len(rereading.sources) - MAX_NAMED
    sources = f"{named} and {more} more types" if more > 0 else named
    back_to = f", back to {rereading.read_back_to:%Y-%m-%d %H:%M} UTC" if rereading.read_back_to else ""
    return (
        f"mappings have changed: {rereading.records_read:,} of about {rereading.records_total:,} records of "
        f"{sources} read again{back_to}"
    )
