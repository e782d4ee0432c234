"""Verifies one connector: its declaration, its lists and its webhooks, from the files of its case."""

import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stamina

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.conformance.behaviour import Outcome, run_scenarios
from causeloop_pipeline.landing.conformance.declaration import Finding, check_declaration
from causeloop_pipeline.landing.conformance.sample_form import NoSampleError
from causeloop_pipeline.landing.conformance.scenario import Bench, CannotSimulateError, build_bench
from causeloop_pipeline.landing.conformance.vendor_schema import read_description
from causeloop_pipeline.landing.conformance.webhook_behaviour import run_webhook_scenarios


@dataclass
class Verification:
    """What was run for a connector, and with which result."""

    connector: Connector
    findings: list[Finding] = field(default_factory=list)
    declaration_skipped: str = ""
    """Why the declaration was not compared; empty where it was."""
    outcomes: list[Outcome] = field(default_factory=list)
    pull_skipped: str = ""
    webhook_skipped: str = ""

    @property
    def failures(self) -> list[Outcome]:
        """The scenarios that did not pass."""
        return [outcome for outcome in self.outcomes if not outcome.is_passed]

    @property
    def has_run(self) -> bool:
        """Whether there was anything to run; rows of a query are tested against real databases."""
        return bool(self.outcomes) or self.connector.query is None

    @property
    def is_passed(self) -> bool:
        """Whether something was run and nothing failed; an address that is not described is no failure."""
        wrong = [finding for finding in self.findings if finding.what != "address"]
        return bool(self.outcomes) and not self.failures and not wrong

    def has_passed(self, *scenarios: str) -> bool | None:
        """Whether all of some scenarios passed; None where one was not run."""
        results = {outcome.scenario: outcome.is_passed for outcome in self.outcomes}
        if not set(scenarios) <= results.keys():
            return None
        return all(results[name] for name in scenarios)


def verify_connector(
    connector: Connector, cases: Path, descriptions: Path | None = None, *, seed: int = 0
) -> Verification:
    """Everything that can be run for a connector."""
    case = {name: _read(cases / connector.name / f"{name}.json") for name in ("pull", "webhook", "config")}
    answers, bodies, config = case["pull"] or {}, case["webhook"] or [], case["config"] or {}
    verification = Verification(connector)
    _compare_declaration(verification, answers, config, descriptions)
    with _quiet_retries():
        verification.outcomes += _run_lists(verification, answers, config, seed)
    if connector.webhook is None:
        verification.webhook_skipped = "it takes no webhooks"
    else:
        configured = (
            connector.configure({**_defaults(connector), **config}) if connector.configure else connector
        )
        verification.outcomes += run_webhook_scenarios(configured, bodies, config, seed)
    return verification


@contextlib.contextmanager
def _quiet_retries() -> Iterator[None]:
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
    verification: Verification, answers: dict[str, Any], config: dict[str, Any], descriptions: Path | None
) -> None:
    connector = verification.connector
    if descriptions is None or not descriptions.is_dir():
        verification.declaration_skipped = "no folder of vendors' descriptions"
    elif (description := read_description(descriptions, connector.name)) is None:
        verification.declaration_skipped = "the vendor's description is not there"
    elif not description.is_rest:
        verification.declaration_skipped = "the vendor's description has no paths"
    elif not connector.pulls:
        verification.declaration_skipped = "it has no lists that are polled"
    else:
        settings = _defaults(connector) | config
        verification.findings += check_declaration(connector, description, answers, settings)


def _run_lists(
    verification: Verification, answers: dict[str, Any], config: dict[str, Any], seed: int
) -> Iterator[Outcome]:
    def make_bench() -> Bench:
        return build_bench(verification.connector, answers, config)

    try:
        make_bench()
    except (CannotSimulateError, NoSampleError) as error:
        verification.pull_skipped = str(error)
        return
    yield from run_scenarios(make_bench, seed)


def _defaults(connector: Connector) -> dict[str, Any]:
    return {entry.name: entry.default for entry in connector.fields if entry.default is not None}


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
