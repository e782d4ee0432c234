"""`causeloop tenant export` and `import`: a whole workspace as one file, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    FAILED,
    UNREACHABLE,
    USAGE,
    announce,
    fail,
    format_count,
    open_progress,
    stderr,
)
from causeloop_pipeline.settings import MissingSettingError, settings

if TYPE_CHECKING:
    from causeloop_pipeline.storage.erasure.workspaces import WorkspaceName

EXPORT_EXAMPLES = show_examples("tenant export acme/main acme.zip")
IMPORT_EXAMPLES = show_examples("tenant import acme.zip acme/main")
Workspace = Annotated[str, typer.Argument(help="organization/workspace, or the workspace's id.")]


def export(
    workspace: Workspace,
    path: Annotated[Path, typer.Argument(help="File to write; it appears when it is whole.")],
) -> None:
    """Export a whole workspace as a zip of parquet files: one consistent snapshot, without secrets."""
    from causeloop_pipeline.storage.archive.exporting import export_workspace

    config, console = settings(), stderr()
    if not path.absolute().parent.is_dir():
        fail(f"there is no folder {path.absolute().parent}", USAGE)
    try:
        target = _find(config.require("database_url"), workspace)
        with open_progress(60) as advance:
            manifest = export_workspace(
                config.require("database_url"), target.workspace_id, path, report=advance
            )
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"not exported: {failure}", UNREACHABLE)
    except OSError as failure:
        fail(f"not exported: {failure}", FAILED)
    rows = sum(table.rows for table in manifest.tables)
    announce(console, f"{path}: {format_count(rows, 'row')} of {format_count(len(manifest.tables), 'table')}")


def import_(
    path: Annotated[Path, typer.Argument(help="An archive that `causeloop tenant export` wrote.")],
    workspace: Workspace,
) -> None:
    """Import an archive into an empty workspace: all of it, or nothing if anything does not fit.

    `causeloop tenant create` makes such a workspace.
    Members arrive suspended and take no seat; connectors arrive paused and without credentials.
    """
    from causeloop_pipeline.stages.jobs.imported_ids import translate_ids
    from causeloop_pipeline.storage.archive.importing import import_workspace
    from causeloop_pipeline.storage.archive.parts import ArchiveError
    from causeloop_pipeline.storage.archive.reading import open_archive

    config, console = settings(), stderr()
    try:
        target = _find(config.require("database_url"), workspace)
        with open_archive(path) as archive, open_progress(60) as advance:
            report = import_workspace(
                config.require("database_url"),
                target.workspace_id,
                archive,
                translate=translate_ids,
                report=advance,
            )
    except ArchiveError as refusal:
        fail(f"not imported: {refusal}", FAILED)
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"not imported: {failure}", UNREACHABLE)
    announce(
        console,
        f"{target.name}: {format_count(report.rows, 'row')} of {format_count(report.tables, 'table')}; "
        f"{format_count(report.people, 'member')} to reactivate, connectors to give credentials to",
    )


def _find(owner_url: str, workspace: str) -> "WorkspaceName":
    from causeloop_pipeline.storage.erasure.workspaces import find_workspace

    with psycopg.connect(owner_url, autocommit=True) as owner:
        target = find_workspace(owner, workspace)
    if target is None:
        fail(f"there is no workspace {workspace!r}", USAGE)
    return target
