"""One conformance run of a connector: what was landed, how far the cursor came, and what went wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.auth import FirstOf, OAuth2, ServiceAccount
from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.spec import Connector, Pull
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.conformance.answers import PAGE_SIZE
from causeloop_pipeline.landing.conformance.loopback import serve
from causeloop_pipeline.landing.conformance.sample_form import sample_config, sample_credentials
from causeloop_pipeline.landing.conformance.sample_records import make_records, usable_templates
from causeloop_pipeline.landing.conformance.simulator import TOKEN_PATH, Fault, SimulatedList, Simulator
from causeloop_pipeline.landing.extract import extract, read_external_id
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import RawRecord

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RECORDS = 3 * PAGE_SIZE + 3
NEWEST = NOW - timedelta(hours=2)
FIRST_NUMBER, NUMBERS_PER_LIST = 7_000_001, 1_000
QUICK = RetryPolicy(
    attempts=3, first_wait=0.001, max_wait=1.0, total=10.0, answer_seconds=5.0, silence_seconds=3.0
)


class CannotSimulateError(ValueError):
    """The connector has nothing to simulate, or its case lacks what that needs."""


@dataclass
class Landed:
    """What was landed so far, version by version, with the cursor of the last committed page."""

    versions: dict[str, set[str]] = field(default_factory=dict)
    doubles: int = 0
    quarantined: list[str] = field(default_factory=list)
    cursor: dict[str, Any] = field(default_factory=dict)

    def commit(self, page: Page) -> None:
        """Rows and cursor of one page together; a versions version is not landed again."""
        for record in page.records:
            versions = self.versions.setdefault(record.external_id, set())
            self.doubles += record.payload_hash in versions
            versions.add(record.payload_hash)
        self.quarantined += [refused.reason for refused in page.quarantined]
        self.cursor = page.cursor

    @property
    def count(self) -> int:
        """The versions that were landed."""
        return sum(map(len, self.versions.values()))


@dataclass
class Bench:
    """A connector, its simulated tool, and the form that was filled in for it."""

    connector: Connector
    simulator: Simulator
    config: dict[str, Any]
    credentials: dict[str, str]

    def list_expected_ids(self) -> set[str]:
        """The ids of all records that the tool has."""
        records = set()
        for listed in self.simulator.lists:
            for record in self.simulator.list_served(listed.pull):
                read = extract(
                    self.connector.name, listed.pull.schema, record, channel="poll", config=self.config
                )
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

    def sync(
        self, landed: Landed, fault: Fault | None = None, *, now: datetime = NOW, pages: int = 10**6
    ) -> str | None:
        """One sync that ends after so many pages, as if it were killed; the reason where it failed."""
        self.simulator.fault, self.simulator.requests = fault, 0
        with serve(self.simulator) as port:
            try:
                for number, page in enumerate(self._pages(port, landed, now)):
                    landed.commit(page)
                    if number + 1 >= pages:
                        break
            except OutsideFailure as failure:
                return failure.reason
        return None

    def _pages(self, port: int, landed: Landed, now: datetime) -> Iterator[Page]:
        sync = SyncInput(
            config={**self.config, "base_url": f"http://127.0.0.1:{port}"},
            credentials=self.credentials,
            cursor=landed.cursor,
            backfill_days=30,
            now=now,
        )
        egress = EgressPolicy(frozenset({("127.0.0.1", port)}))
        return pull(_on_loopback(self.connector, port), sync, egress, QUICK)


def build_bench(connector: Connector, answers: Mapping[str, Any], config: Mapping[str, Any]) -> Bench:
    """The simulated tool of a connector, from its declaration and the answers of its case."""
    if not connector.pulls and connector.configure is None:
        raise CannotSimulateError("it has no lists that are polled")
    filled = sample_config(connector, dict(config))
    if connector.configure is not None:
        defaults = {entry.name: entry.default for entry in connector.config}
        described = connector.configure({**defaults, **filled})
        connector = replace(described, configure=None)
    connector = replace(connector, pulls=tuple(map(_with_short_pages, connector.pulls)))
    lists = [
        _simulate(connector, listed, answers, filled, number) for number, listed in enumerate(connector.pulls)
    ]
    usable = [listed for listed in lists if listed.records]
    if not usable:
        raise CannotSimulateError("its case holds no record of a list that the connector takes")
    return Bench(connector, Simulator(connector, lists, filled), filled, sample_credentials(connector))


def _simulate(
    connector: Connector, listed: Pull, answers: Mapping[str, Any], config: dict[str, Any], place: int
) -> SimulatedList:
    envelope = answers.get(listed.name, {})
    items = value_at(envelope, listed.records) if listed.details is None else _detail_items(listed, envelope)
    templates = usable_templates(connector.name, listed, items if isinstance(items, list) else [], config)
    first = FIRST_NUMBER + place * NUMBERS_PER_LIST
    records = make_records(listed, templates, range(first, first + RECORDS), NEWEST) if templates else []
    return SimulatedList(listed, records, envelope)


def _detail_items(listed: Pull, envelope: Any) -> Any:
    """A case of a list of ids holds the records themselves: in the answer to the batch, or as the list."""
    records = value_at(envelope, listed.details.records) if listed.details else None
    return records if isinstance(records, list) else value_at(envelope, listed.records)


def _with_short_pages(listed: Pull) -> Pull:
    pages: Any = listed.pages
    if getattr(pages, "size", None) is not None:
        pages = replace(pages, size=PAGE_SIZE)
    return replace(listed, pages=pages)


def _on_loopback(connector: Connector, port: int) -> Connector:
    """The connector with its token endpoint at the simulated tool."""
    auth = connector.auth
    address = f"http://127.0.0.1:{port}{TOKEN_PATH}"
    if isinstance(auth, FirstOf):
        auth = auth.ways[0]
    if isinstance(auth, OAuth2):
        auth = replace(auth, token_url=address, token_path="access_token", expires_path="expires_in")  # noqa: S106
    elif isinstance(auth, ServiceAccount):
        auth = replace(auth, token_url=address)
    return replace(connector, auth=auth)
