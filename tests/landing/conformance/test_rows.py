"""Files and tables are verified on real ones, and what the labels say of them was run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.verification_labels import read_labels
from causeloop_pipeline.landing.conformance.labels import label
from causeloop_pipeline.landing.conformance.rows.folder import make_folder
from causeloop_pipeline.landing.conformance.rows.row_source import RowSource
from causeloop_pipeline.landing.conformance.rows.scenarios import ROW_SCENARIOS, run_row_scenarios
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.verify import Inputs, verify_connector
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.storage.embedded.postgres_server import Server

COLUMNS = ("pull", "backfill", "drift", "kill")


@pytest.mark.parametrize(
    "name",
    [
        "drop_folder",
        pytest.param("object_store", marks=pytest.mark.slow),
        pytest.param("postgresql", marks=pytest.mark.slow),
    ],
)
def test_real_rows_pass_every_scenario_and_the_labels_say_so(name: str, postgres: Server) -> None:
    verification = verify_connector(CONNECTORS[name], Inputs(database_url=postgres.url()))

    assert [(failure.scenario, failure.note) for failure in verification.failures] == []
    assert verification.passed_count == len(ROW_SCENARIOS)
    labels, written = label(CONNECTORS[name], verification), read_labels()[name]
    assert [getattr(labels, column) for column in COLUMNS] == ["yes"] * 4
    assert [getattr(written, column) for column in COLUMNS] == ["yes"] * 4


@pytest.mark.parametrize("name", ["postgresql", "mysql", "snowflake_query"])
def test_where_no_server_is_at_hand_nothing_was_run_and_nothing_failed(name: str) -> None:
    verification = verify_connector(CONNECTORS[name], Inputs())

    assert (verification.outcomes, verification.has_run) == ([], False)
    assert [getattr(label(CONNECTORS[name], verification), column) for column in COLUMNS] == [""] * 4


class ForgetfulSource(RowSource):
    """A source whose cursor runs ahead of what was read."""

    def pages(self, landed: Landed) -> Iterator[Page]:
        for page in super().pages(landed):
            yield replace(page, records=page.records[1:])


def test_a_source_that_loses_rows_is_found_out() -> None:
    @contextmanager
    def make() -> Iterator[RowSource]:
        with make_folder(CONNECTORS["drop_folder"]) as source:
            yield ForgetfulSource(source.connector, source.rows, {}, drop_folder=source.drop_folder)

    outcome = next(run_row_scenarios(make, seed=0))
    assert (outcome.scenario, outcome.is_passed) == ("all rows are read", False)
    assert "not read" in outcome.note


def test_nothing_of_the_kit_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with make_folder(CONNECTORS["drop_folder"]) as source:
        source.rows.write([{"id": "1", "title": "t", "updated_at": "2026-03-02T08:00:00Z"}])
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
