"""Writes the archives of workspaces that people have requested by the API."""

from pathlib import Path
from tempfile import TemporaryDirectory

from causeloop_pipeline.stages.defects import describe_defect
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.archive.exporting import export_workspace
from causeloop_pipeline.storage.archive.manifest import People
from causeloop_pipeline.storage.archive.requests import (
    RequestedArchive,
    fail_archive,
    read_open_archives,
    start_archive,
    store_archive,
)


def write_archives(installation: Installation) -> dict[str, int]:
    """Write all requested archives, one by one; a failure is recorded and does not stop the others."""
    with installation.database.every_workspace() as session:
        requested = read_open_archives(session)
    counts = {"written": 0, "failed": 0}
    for archive in requested:
        try:
            _write(installation, archive)
        except Exception as failure:  # one tenant's failure must not stop the others
            with installation.database.workspace(archive.workspace_id) as session:
                fail_archive(session, archive, describe_defect(failure))
            counts["failed"] += 1
        else:
            counts["written"] += 1
    return counts


def _write(installation: Installation, archive: RequestedArchive) -> None:
    with installation.database.workspace(archive.workspace_id) as session:
        start_archive(session, archive)
    url = installation.settings.require("pipeline_database_url")
    with TemporaryDirectory(prefix="causeloop-archive-") as folder:
        path = Path(folder) / "archive.zip"
        people = People.model_validate({"members": archive.people})
        manifest = export_workspace(url, archive.workspace_id, path, people=people)
        rows = sum(table.rows for table in manifest.tables)
        with installation.database.workspace(archive.workspace_id) as session:
            store_archive(session, archive, path, rows)
