"""Ends the conditions that a complete list no longer holds, by a record of ours at the poll's time."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.spec import Connector, Pull
from causeloop_pipeline.landing.polling.page import Page, build_page
from causeloop_pipeline.model.raw_record import ABSENT, RawRecord, payload_hash


class ListedIds:
    """The ids that a pull has listed, and whether they are all: a record without an id may be any of them."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._is_complete = True

    def add(self, page: Page) -> None:
        """Note what a page holds; of a refused record, too, it is known that it is there."""
        self._ids |= {record.external_id for record in page.records}
        for refused in page.quarantined:
            if refused.external_id is None:
                self._is_complete = False
            else:
                self._ids.add(refused.external_id)

    def find_absent(self, pattern: str, open_ids: Sequence[str]) -> list[str]:
        """Which of the open ones that the pattern fits were not listed."""
        if not self._is_complete:
            return []
        own = {external_id for external_id in open_ids if re.fullmatch(pattern, external_id)}
        return sorted(own - self._ids)


def end_absent(
    connector: Connector,
    pull_spec: Pull,
    listed: ListedIds,
    open_ids: Sequence[str],
    now: datetime,
    cursor: dict[str, Any],
) -> Iterator[Page]:
    """A page of records that say of each open condition which is not listed that it has ended."""
    if pull_spec.absent_means_ended is None or pull_spec.optional:
        return  # of a list that may be refused, nothing follows from what it does not hold
    records = [
        make_absent(connector.name, external_id, now)
        for external_id in listed.find_absent(pull_spec.absent_means_ended, open_ids)
    ]
    if records:
        yield build_page(records, dict(cursor), None)


def make_absent(source: str, external_id: str, now: datetime) -> RawRecord:
    """The record of ours that says of a condition that it is no longer there."""
    payload = {"external_id": external_id, "absent_at": now.isoformat()}
    return RawRecord(source, external_id, payload, payload_hash(payload), now, kind=ABSENT)
