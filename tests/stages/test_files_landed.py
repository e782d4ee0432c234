"""A drop folder from its files to issues: what is misread is read again when the settings are corrected."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector, read_active_connector
from causeloop_pipeline.storage.database.session import Database
from tests.support.normalizing import issues, normalize, normalizer

SOURCE = "causeloop_pipeline.landing.polling.files.source"
README = Path(__file__).parents[2] / "README.md"


class DropFolder:
    """A connector that reads a folder, and runs of it."""

    def __init__(self, installation: Any, database: Database, workspace_id: UUID, folder: Path) -> None:
        self.installation, self.database, self.workspace_id = installation, database, workspace_id
        self.folder, self.stages, self.connector_id = folder, Stages(), uuid4()
        with database.workspace(workspace_id) as session:
            create_connector(
                session,
                self.stages.vault,
                NewConnector(
                    workspace_id=workspace_id,
                    connector_id=self.connector_id,
                    connector_type="drop_folder",
                    display_name=f"Folder {self.connector_id}",
                    config={"prefix": ""},
                    credentials={},
                ),
            )

    def configure(self, **config: Any) -> None:
        """Correct the settings."""
        import orjson

        with self.database.workspace(self.workspace_id) as session:
            session.execute(
                "update app.connector set config = %s where connector_id = %s",
                (orjson.dumps(config).decode(), self.connector_id),
            )

    def sync(self) -> dict[str, dict[str, Any]]:
        """One sync and its normalization; the issues afterwards."""
        with self.database.workspace(self.workspace_id) as session:
            polled = read_active_connector(session, self.stages.vault, self.workspace_id, self.connector_id)
        assert polled is not None
        result = sync(self.stages, CONNECTORS["drop_folder"], polled, None)
        assert result.error is None
        normalize(self.database, normalizer(self.installation.pipeline_url), self.workspace_id)
        return issues(self.database, self.workspace_id)

    def list_quarantined(self) -> list[str]:
        """Why rows and files are set aside."""
        with self.database.workspace(self.workspace_id) as session:
            rows = session.rows("select reason from raw.quarantine where replayed_at is null order by reason")
        return [row["reason"] for row in rows]


@pytest.fixture
def folder(
    installation: Any,
    database: Database,
    workspace_id: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> DropFolder:
    monkeypatch.setattr(f"{SOURCE}.SETTLE_SECONDS", 0)
    monkeypatch.setenv("CAUSELOOP_DROP_FOLDERS", f"{workspace_id}={tmp_path}")
    settings.cache_clear()
    return DropFolder(installation, database, workspace_id, tmp_path)


def test_the_readmes_own_file_keeps_its_dates(folder: DropFolder) -> None:
    sample = README.read_text().split("<!-- sample -->\n```\n")[1].split("```")[0]
    (folder.folder / "tickets.csv").write_text(sample)
    read = folder.sync()
    assert {key: issue["source_created_at"].isoformat() for key, issue in read.items()} == {
        "T-1": "2026-09-01T09:10:00+00:00",
        "T-2": "2026-09-08T09:32:00+00:00",
        "T-3": "2026-09-15T09:05:00+00:00",
        "T-4": "2026-09-22T09:21:00+00:00",
        "T-5": "2026-09-23T14:00:00+00:00",
    }
    assert [issue["severity"] for issue in read.values()] == ["p2", "p2", "p2", "p2", "p4"]


def test_what_was_misread_is_read_again_when_the_settings_are_corrected(folder: DropFolder) -> None:
    (folder.folder / "a.csv").write_text("nr,text,when\n1,Disk full,01/02/2026\n2,Timeout,03/02/2026\n")
    (folder.folder / "notes.pdf").write_text("GET /\n")
    assert len(folder.sync()) == 2  # by ids of their content
    assert folder.list_quarantined() == [
        "notes.pdf: files ending in .pdf are not read: give it as CSV, TSV, JSON, JSON lines, SARIF, Excel, "
        "Parquet, XML or a log, choose Format where the name does not say which, or move it away"
    ]
    folder.configure(fields={"created_at": "when"}, key_column="nr", times="month first")
    (folder.folder / "notes.pdf").unlink()
    read = folder.sync()
    assert {key: issue["source_created_at"].date().isoformat() for key, issue in read.items()} == {
        "1": "2026-01-02",
        "2": "2026-03-02",
    }


def test_a_file_without_a_title_is_read_once_somebody_says_which_column_it_is(folder: DropFolder) -> None:
    (folder.folder / "a.csv").write_text("id,what\n1,Disk full\n")
    assert folder.sync() == {}
    assert folder.list_quarantined()[0].startswith("a.csv: no column holds a title; it has id, what")
    folder.configure(fields={"title": "what"})
    assert [issue["title"] for issue in folder.sync().values()] == ["Disk full"]
    assert folder.list_quarantined() == []


def test_a_test_that_passes_again_ends_its_failure(folder: DropFolder) -> None:
    report = (
        '<testsuite name="shop" timestamp="2026-11-{day}T10:00:00Z"><testcase classname="t" name="a">'
        "{outcome}</testcase><testcase classname='t' name='b'/></testsuite>"
    )
    failure = '<failure message="KeyError: x"/>'
    for day, outcome in (("01", failure), ("02", ""), ("03", failure)):
        (folder.folder / f"{day}.xml").write_text(report.format(day=day, outcome=outcome))
        folder.sync()
    with folder.database.workspace(folder.workspace_id) as session:
        rows = session.rows("select status, source_created_at, resolved_at from core.issue order by 2")
    assert [(row["status"], row["source_created_at"].day) for row in rows] == [("resolved", 1), ("open", 3)]
    assert rows[0]["resolved_at"].day == 2
