"""One conformance run of a connector: what was landed, how far the cursor came, and what went wrong."""

import os
import random
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from causeloop_pipeline.connectors.auth import FirstOf, OAuth2, ServiceAccount
from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.pulls import open_entries
from causeloop_pipeline.connectors.spec import Connector, Pull, RecordSchema
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.conformance.simulation.answers import PAGE_SIZE
from causeloop_pipeline.landing.conformance.simulation.landed import Landed, read_in_child
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest, ToolServer
from causeloop_pipeline.landing.conformance.simulation.sample_form import sample_config, sample_credentials
from causeloop_pipeline.landing.conformance.simulation.sample_records import (
    find_usable_templates,
    make_records,
)
from causeloop_pipeline.landing.conformance.simulation.simulator import (
    TOKEN_PATH,
    Fault,
    SimulatedList,
    Simulator,
)
from causeloop_pipeline.landing.extract import extract, read_external_id
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.landing.record_meaning import RecordMeaning, UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import RawRecord

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RECORDS = 3 * PAGE_SIZE + 3
NEWEST = NOW - timedelta(hours=2)
A_DAY = timedelta(days=1)
FIRST_NUMBER, NUMBERS_PER_LIST = 7_000_001, 1_000
QUICK = RetryPolicy(
    attempts=3, first_wait=0.001, max_wait=1.0, total=10.0, answer_seconds=5.0, silence_seconds=3.0
)
IMPATIENT = replace(QUICK, attempts=1, answer_seconds=0.3, silence_seconds=0.1)
"""For a tool that stops in mid-answer."""


@dataclass(frozen=True, kw_only=True)
class ShortSyncInput(SyncInput):
    """A sync that starts shortly before the oldest record where the tool lists hours at a time."""

    has_short_windows: bool = False

    @property
    def backfill_from(self) -> datetime:
        """Where a first sync starts."""
        return NOW - timedelta(hours=4) if self.has_short_windows else super().backfill_from


class CannotSimulateError(ValueError):
    """The connector has nothing to simulate, or its case lacks what that needs."""


@dataclass
class Bench:
    """A connector, its simulated tool on a running server, and the form that was filled in for it."""

    connector: Connector
    simulator: Simulator
    config: dict[str, Any]
    credentials: dict[str, str]
    server: ToolServer
    is_refreshing: bool = False
    """Whether syncs learn which records are open, to read them again."""

    def keep_lists(self, count: int) -> None:
        """Leave only the first lists that hold records, where more would show nothing else."""
        first = [listed for listed in self.simulator.lists if listed.records][:count]
        self.simulator.lists = first
        self.connector = replace(self.connector, pulls=tuple(listed.pull for listed in first))

    def list_expected_ids(self) -> set[str]:
        """The ids of all records that the tool has."""
        records = set()
        for listed in self.simulator.lists:
            for record in self.simulator.list_served(listed.pull):
                read = self.read(listed, record)
                if isinstance(read, RawRecord):
                    records.add(read.external_id)
        return records

    def list_shared_ids(self) -> set[str]:
        """Ids that two records of one list have."""
        shared = set()
        for listed in self.simulator.lists:
            ids = [read_external_id(listed.pull.schema, record) for record in listed.records]
            shared |= {external_id for external_id in ids if ids.count(external_id) > 1}
        return shared

    def read(self, listed: SimulatedList, record: Any) -> Any:
        """What landing makes of a record of a list."""
        return self.read_as(listed.pull.schema, record)

    def read_as(self, schema: RecordSchema, record: Any) -> Any:
        """What landing makes of a record that is read in some way."""
        return extract(self.connector.name, schema, record, channel="poll", config=self.config)

    def understand(self, record: RawRecord) -> RecordMeaning | None:
        """What a landed record means; None where no mapping fits it."""
        try:
            return read_meaning(self.connector, record, self.config)
        except UnknownVariantError:
            return None

    def list_open_ids(self, landed: Landed) -> list[str]:
        """The ids of the issues that have not ended by what was landed last."""
        meanings = {name: self.understand(record) for name, record in landed.latest.items()}
        return [name for name, meaning in meanings.items() if meaning is not None and is_open(meaning)]

    def sync(
        self,
        landed: Landed,
        fault: Fault | None = None,
        *,
        now: datetime = NOW,
        pages: int = 10**6,
        retry_policy: RetryPolicy = QUICK,
    ) -> str | None:
        """One sync that ends after so many pages, as if it were killed; the reason where it failed."""
        self._answer_with(fault)
        try:
            for page in islice(self._pages(landed, now, retry_policy), pages):
                landed.commit(page)
        except OutsideFailure as failure:
            if self.server.defects:
                raise RuntimeError("the simulated tool is broken") from self.server.defects.pop()
            return failure.reason
        return None

    def sync_and_kill(self, landed: Landed, chance: random.Random) -> None:
        """A sync in a process of its own that ends by SIGKILL; what it had committed by then was landed."""
        victim: list[int] = []
        deadly = chance.randrange(6)

        def kill(_request: ToolRequest, answer: Answer, count: int) -> Answer:
            if count == deadly and victim:
                os.kill(victim[0], signal.SIGKILL)
            return answer

        self._answer_with(kill)
        with read_in_child(partial(self._pages, landed, NOW, QUICK)) as (child, committed):
            victim.append(child)
            for page in committed:
                landed.commit(page)

    def _answer_with(self, fault: Fault | None) -> None:
        self.simulator.fault, self.simulator.requests = fault, 0
        self.server.script = self.simulator

    def _pages(self, landed: Landed, now: datetime, retry_policy: RetryPolicy) -> Iterator[Page]:
        sync = ShortSyncInput(
            config={**self.config, "base_url": self.server.url},
            credentials=self.credentials,
            cursor=landed.cursor,
            backfill_days=30,
            has_short_windows=any(
                listed.since is not None and listed.since.window is not None and listed.since.window < A_DAY
                for listed in self.connector.pulls
            ),
            now=now,
            open_ids=self.list_open_ids(landed) if self.is_refreshing else (),
        )
        egress = EgressPolicy(frozenset({("127.0.0.1", self.server.port)}))
        return pull(_move_to_loopback(self.connector, self.server.url), sync, egress, retry_policy)


def is_open(meaning: RecordMeaning) -> bool:
    """Whether a record is an issue that has not ended."""
    return meaning.kind == "issue" and meaning.fields["status"] not in {"resolved", "closed"}


def build_bench(
    connector: Connector, answers: Mapping[str, Any], config: Mapping[str, Any], server: ToolServer
) -> Bench:
    """The simulated tool of a connector, from its declaration and the answers of its case."""
    if not connector.pulls and connector.configure is None:
        raise CannotSimulateError("it has no lists that are polled")
    filled = sample_config(connector, dict(config))
    if connector.configure is not None:
        defaults = {entry.name: entry.default for entry in connector.config}
        described = connector.configure({**defaults, **filled})
        connector = replace(described, configure=None)
    connector = replace(connector, pulls=tuple(map(_shorten_pages, connector.pulls)))
    lists = [
        _simulate(connector, listed, answers, filled, number) for number, listed in enumerate(connector.pulls)
    ]
    usable = [listed for listed in lists if listed.records]
    if not usable:
        raise CannotSimulateError("its case holds no record of a list that the connector takes")
    credentials = sample_credentials(connector)
    simulator = Simulator(connector, lists, filled, credentials=credentials)
    return Bench(connector, simulator, filled, credentials, server)


def _simulate(
    connector: Connector, listed: Pull, answers: Mapping[str, Any], config: dict[str, Any], place: int
) -> SimulatedList:
    envelope = answers.get(listed.name, {})
    items = (
        find_value(envelope, listed.records)
        if listed.details is None
        else _find_detail_items(listed, envelope)
    )
    entries = items if isinstance(items, list) else []
    templates = find_usable_templates(connector.name, listed, open_entries(entries, listed.within), config)
    first = FIRST_NUMBER + place * NUMBERS_PER_LIST
    records = make_records(listed, templates, range(first, first + RECORDS), NEWEST) if templates else []
    return SimulatedList(listed, records, envelope)


def _find_detail_items(listed: Pull, envelope: Any) -> Any:
    """A case of a list of ids holds the records themselves: in the answer to the batch, or as the list."""
    records = find_value(envelope, listed.details.records) if listed.details else None
    return records if isinstance(records, list) else find_value(envelope, listed.records)


def _shorten_pages(listed: Pull) -> Pull:
    pages: Any = listed.pages
    if getattr(pages, "size", None) is not None:
        pages = replace(pages, size=PAGE_SIZE)
    return replace(listed, pages=pages)


def _move_to_loopback(connector: Connector, url: str) -> Connector:
    """The connector with its token endpoint at the simulated tool."""
    auth = connector.auth
    address = url + TOKEN_PATH
    if isinstance(auth, FirstOf):
        auth = auth.ways[0]
    if isinstance(auth, OAuth2):
        auth = replace(auth, token_url=address, token_path="access_token", expires_path="expires_in")  # noqa: S106
    elif isinstance(auth, ServiceAccount):
        auth = replace(auth, token_url=address)
    return replace(connector, auth=auth)
