"""Verifies one connector: its declaration, its lists and its webhooks, from its case."""

import contextlib
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import stamina

from causeloop_pipeline.connectors.cases import Case, read_case
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.conformance.declaration import Evidence, Finding, check_declaration
from causeloop_pipeline.landing.conformance.rows.bucket import make_bucket
from causeloop_pipeline.landing.conformance.rows.folder import make_folder
from causeloop_pipeline.landing.conformance.rows.scenarios import run_row_scenarios
from causeloop_pipeline.landing.conformance.scenarios.changing import CHANGING
from causeloop_pipeline.landing.conformance.scenarios.drifting import DRIFTING
from causeloop_pipeline.landing.conformance.scenarios.failing import FAILING
from causeloop_pipeline.landing.conformance.scenarios.outcome import Scenario, ScenarioResult, run
from causeloop_pipeline.landing.conformance.scenarios.pushing import Pushes, run_webhook_scenarios
from causeloop_pipeline.landing.conformance.scenarios.reading import READING
from causeloop_pipeline.landing.conformance.simulation.bench import Bench, CannotSimulateError, build_bench
from causeloop_pipeline.landing.conformance.simulation.loopback import serve
from causeloop_pipeline.landing.conformance.simulation.sample_form import NoSampleError
from causeloop_pipeline.landing.conformance.vendor_schema import read_description
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.landing.payload_files import list_documents

FAILING_LISTS = 2
"""How many lists of a tool are read while it fails: the same code reads all others."""

SCENARIOS = READING | CHANGING | FAILING | DRIFTING


@dataclass
class Verification:
    """What was run for a connector, and with which result."""

    name: str
    findings: list[Finding] = field(default_factory=list)
    declaration_skipped: str = ""
    """Why the declaration was not compared; empty where it was."""
    outcomes: list[ScenarioResult] = field(default_factory=list)
    pull_skipped: str = ""
    webhook_skipped: str = ""
    reads_rows: bool = False
    """Whether its records are rows of a database or of files, which are real ones where they are at hand."""
    is_unsure: bool = False
    """Whether the description may be old, or another's: differences are shown, and fail nothing."""
    is_described: bool = False
    """Whether the vendor's description holds an address that the connector polls."""
    lands_changes: bool = False
    """Whether a record of its case became a change."""
    has_real_payload: bool = False
    """Whether a real payload became an issue or a change."""

    @property
    def failures(self) -> list[ScenarioResult]:
        """The scenarios that did not pass."""
        return [outcome for outcome in self.outcomes if outcome.is_passed is False]

    @property
    def passed_count(self) -> int:
        """How many scenarios passed."""
        return sum(outcome.is_passed is True for outcome in self.outcomes)

    @property
    def wrong_findings(self) -> list[Finding]:
        """What differs from the vendor's description; an address that it does not hold is no difference."""
        return [] if self.is_unsure else [finding for finding in self.findings if finding.what != "address"]

    @property
    def has_run(self) -> bool:
        """Whether there was anything to run."""
        return bool(self.outcomes) or not self.reads_rows

    @property
    def is_passed(self) -> bool:
        """Whether something was run and nothing failed."""
        return bool(self.passed_count) and not self.failures and not self.wrong_findings

    def has_passed(self, *scenarios: str) -> bool | None:
        """Whether all of some scenarios passed; None where one was not run."""
        results = {outcome.scenario: outcome.is_passed for outcome in self.outcomes}
        chosen = [results.get(name) for name in scenarios]
        return False if False in chosen else None if None in chosen else True


@dataclass(frozen=True)
class Inputs:
    """Where the vendors' descriptions and real payloads are, and what of behaviour is run."""

    descriptions: Path | None = None
    payloads: Path | None = None
    seed: int = 0
    """Of what is random: where a sync is killed, how bodies bend."""
    with_behaviour: bool = True
    """False: only the declaration is compared."""
    database_url: str | None = field(default=None, repr=False)
    """Of a PostgreSQL in which a schema may be made for a while."""


def verify_connector(connector: Connector, inputs: Inputs) -> Verification:
    """Everything that can be run for a connector of the product."""
    return verify_case(connector, read_case(connector.name), inputs)


def verify_case(connector: Connector, case: Case, inputs: Inputs) -> Verification:
    """Everything that can be run with a case; which issues and changes must result, it does not ask."""
    verification = Verification(connector.name, reads_rows=bool(connector.query or connector.files))
    real = _read_payloads(inputs.payloads / connector.name) if inputs.payloads else []
    mapped = [map_payload(connector, document) for document in real]
    verification.has_real_payload = any(outcome.issues or outcome.changes for outcome in mapped)
    evidence = Evidence(case.pull, _list_defaults(connector) | case.config, real)
    _compare_declaration(verification, connector, evidence, inputs.descriptions)
    if inputs.with_behaviour and verification.reads_rows:
        _run_on_rows(verification, connector, inputs)
    elif inputs.with_behaviour:
        _run_behaviour(verification, connector, case, inputs.seed)
    return verification


def _run_on_rows(verification: Verification, connector: Connector, inputs: Inputs) -> None:
    """Run every scenario on a folder, a bucket on loopback, or a table where there is a database."""
    verification.webhook_skipped = "it takes no webhooks"
    if connector.files is not None and connector.files.place == "upload":
        verification.pull_skipped = "people upload its files"
    elif connector.files is not None:
        make = make_folder if connector.files.place == "folder" else make_bucket
        verification.outcomes += run_row_scenarios(partial(make, connector), inputs.seed)
    elif connector.name == "postgresql" and inputs.database_url is not None:
        from causeloop_pipeline.landing.conformance.rows.table import make_table

        maker = partial(make_table, connector, inputs.database_url)
        verification.outcomes += run_row_scenarios(maker, inputs.seed)
    else:
        verification.pull_skipped = "no such server is at hand"


def _run_behaviour(verification: Verification, connector: Connector, case: Case, seed: int) -> None:
    """Run every scenario on a tool that is made of the case."""
    with _silence_retries(), serve() as server:

        def make_bench() -> Bench:
            return build_bench(connector, case.pull, case.config, server)

        try:
            bench: Bench | None = make_bench()
        except (CannotSimulateError, NoSampleError) as error:
            bench, verification.pull_skipped = None, str(error)
        if bench is not None:
            verification.outcomes += run_scenarios(make_bench, seed)
        if connector.webhook is None:
            verification.webhook_skipped = "it takes no webhooks"
        else:
            settings = _list_defaults(connector) | case.config
            configured = connector.configure(settings) if connector.configure else connector
            verification.outcomes += run_webhook_scenarios(
                Pushes(configured, case.webhook, case.config, bench), seed
            )
    verification.lands_changes = any(
        map_payload(connector, document, case.config).changes
        for document in (*case.pull.values(), *case.webhook)
    )


def run_scenarios(make_bench: Callable[[], Bench], seed: int = 0) -> Iterator[ScenarioResult]:
    """Each scenario on a bench of its own."""
    for name, scenario in SCENARIOS.items():
        yield run(name, partial(_run_on_bench, name, scenario, make_bench, seed))


def _run_on_bench(name: str, scenario: Scenario, make_bench: Callable[[], Bench], seed: int) -> str | None:
    bench = make_bench()
    if name in FAILING:
        bench.keep_lists(FAILING_LISTS)
    return scenario(bench, random.Random(seed))  # noqa: S311 not for secrets


@contextlib.contextmanager
def _silence_retries() -> Iterator[None]:
    """Planned retries are no news, and nor is a list that a token may not read."""
    before = stamina.instrumentation.get_on_retry_hooks()
    logger = logging.getLogger("causeloop_pipeline.landing.polling.pull")
    stamina.instrumentation.set_on_retry_hooks([])
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        stamina.instrumentation.set_on_retry_hooks(before)
        logger.setLevel(level)


def _compare_declaration(
    verification: Verification, connector: Connector, evidence: Evidence, descriptions: Path | None
) -> None:
    if descriptions is None or not descriptions.is_dir():
        verification.declaration_skipped = "no folder of vendors' descriptions"
    elif (description := read_description(descriptions, connector.name)) is None:
        verification.declaration_skipped = "the vendor's description is not there"
    elif not description.is_rest:
        verification.declaration_skipped = "the vendor's description has no paths"
    elif not connector.pulls:
        verification.declaration_skipped = "it has no lists that are polled"
    else:
        verification.findings += check_declaration(connector, description, evidence)
        unknown = {finding.pull for finding in verification.findings if finding.what == "address"}
        verification.is_described = description.is_sure and any(
            listed.name not in unknown and listed.graphql is None for listed in connector.pulls
        )
        verification.is_unsure = not description.is_sure


def _list_defaults(connector: Connector) -> dict[str, Any]:
    return {entry.name: entry.default for entry in connector.fields if entry.default is not None}


def _read_payloads(folder: Path) -> list[Any]:
    return list(list_documents(folder))
