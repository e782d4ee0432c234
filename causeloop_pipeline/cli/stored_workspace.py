"""A stored workspace for commands to read: its issues, fingerprints, patterns and members."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import polars as pl
import psycopg

from causeloop_pipeline.cli.output.terminal import UNREACHABLE, USAGE, fail
from causeloop_pipeline.model.frames import (
    FINGERPRINT_SCHEMA,
    ISSUE_SCHEMA,
    MEMBER_SCHEMA,
    PATTERN_SCHEMA,
)
from causeloop_pipeline.settings import MissingSettingError, settings
from causeloop_pipeline.storage.database.session import Database, Session

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping

SELECT_WORKSPACES = """
select w.workspace_id, o.slug || '/' || w.slug as name, w.timezone
from app.workspace as w
join app.organization as o using (organization_id)
order by name
"""


@dataclass(frozen=True)
class StoredWorkspace:
    """One workspace in an open session that sees nothing else."""

    session: Session
    workspace_id: UUID
    timezone: str

    def issues(self) -> pl.DataFrame:
        """ISSUE_SCHEMA."""
        from causeloop_pipeline.storage.core.issues import read_issues

        return read_issues(self.session, self.workspace_id, ISSUE_SCHEMA)

    def fingerprints(self) -> pl.DataFrame:
        """FINGERPRINT_SCHEMA, as last computed."""
        from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints

        return read_fingerprints(self.session, self.workspace_id, FINGERPRINT_SCHEMA)

    def patterns(self) -> pl.DataFrame:
        """PATTERN_SCHEMA, as last grouped."""
        from causeloop_pipeline.storage.detect.patterns import read_patterns

        return read_patterns(self.session, self.workspace_id, PATTERN_SCHEMA)

    def members(self, schema: pl.Schema = MEMBER_SCHEMA) -> pl.DataFrame:
        """MEMBER_SCHEMA, as last grouped."""
        from causeloop_pipeline.storage.detect.patterns import read_members

        return read_members(self.session, self.workspace_id, schema)

    def regroup(self) -> "tuple[pl.DataFrame | None, Grouping]":
        """The present memberships, and what this version of the grouping would make of the same issues."""
        from causeloop_pipeline.analysis.loop import group
        from causeloop_pipeline.stages.grouping.regrouping import read_grouping_facts, read_grouping_options

        facts = read_grouping_facts(self.session, self.workspace_id)
        _, grouping = group(
            self.issues(),
            facts,
            timezone=self.timezone,
            options=read_grouping_options(self.session, self.workspace_id),
        )
        return facts.previous, grouping


@contextmanager
def open_stored_workspace(name: str) -> Iterator[StoredWorkspace]:
    """The workspace by organization/workspace, workspace, or id; exits if there is none."""
    try:
        database = Database(settings().require("pipeline_database_url"))
        with database.every_workspace() as session:
            workspaces = session.rows(SELECT_WORKSPACES)
    except MissingSettingError as error:
        fail(str(error))
    except psycopg.OperationalError as error:
        fail(
            f"the database cannot be reached ({str(error).strip()}): start it with `causeloop up`",
            UNREACHABLE,
        )
    matching = [row for row in workspaces if name in _list_names(row)]
    if len(matching) != 1:
        problem = "there is no workspace" if not matching else "more than one workspace is called"
        fail(f"{problem} {name!r}: choose one of {', '.join(row['name'] for row in workspaces)}", USAGE)
    workspace_id = UUID(str(matching[0]["workspace_id"]))
    with database.workspace(workspace_id) as session:
        yield StoredWorkspace(session, workspace_id, matching[0]["timezone"])


def _list_names(row: dict[str, object]) -> set[str]:
    return {str(row["workspace_id"]), str(row["name"]), str(row["name"]).partition("/")[2]}
