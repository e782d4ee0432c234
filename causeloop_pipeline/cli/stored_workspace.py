"""A workspace in the database, as commands read it: its issues, what was found in them, what people said."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import polars as pl
import psycopg

from causeloop_pipeline.cli.output.terminal import UNREACHABLE, USAGE, fail
from causeloop_pipeline.model.frames import (
    CONSTRAINT_SCHEMA,
    FINGERPRINT_SCHEMA,
    ISSUE_SCHEMA,
    MEMBER_SCHEMA,
    PATTERN_SCHEMA,
    PREVIOUS_MEMBER_SCHEMA,
)
from causeloop_pipeline.settings import MissingSettingError, settings
from causeloop_pipeline.storage.database.session import Database, Session

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping

KNOWN = """
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
        """FINGERPRINT_SCHEMA, as last taken."""
        from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints

        return read_fingerprints(self.session, self.workspace_id, FINGERPRINT_SCHEMA)

    def patterns(self) -> pl.DataFrame:
        """PATTERN_SCHEMA, as last found."""
        from causeloop_pipeline.storage.detect.patterns import read_patterns

        return read_patterns(self.session, self.workspace_id, PATTERN_SCHEMA)

    def members(self, schema: pl.Schema = MEMBER_SCHEMA) -> pl.DataFrame:
        """MEMBER_SCHEMA, as last found."""
        from causeloop_pipeline.storage.detect.patterns import read_members

        return read_members(self.session, self.workspace_id, schema)

    def grouped_anew(self) -> "tuple[pl.DataFrame, Grouping]":
        """The memberships of now, and what this version of the grouping would make of the same issues."""
        from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
        from causeloop_pipeline.analysis.detect.grouping.patterns import (
            VERDICTS,
            GroupingOptions,
            group_issues,
        )
        from causeloop_pipeline.storage.detect.patterns import (
            read_constraints,
            read_grouping_settings,
            read_verdicts,
        )

        issues, before = (
            self.issues(),
            self.members(pl.Schema({**PREVIOUS_MEMBER_SCHEMA, "status": pl.String()})),
        )
        auto_link, threshold = read_grouping_settings(self.session, self.workspace_id)
        grouping = group_issues(
            issues,
            fingerprint_issues(issues, timezone=self.timezone),
            constraints=read_constraints(self.session, self.workspace_id, CONSTRAINT_SCHEMA),
            previous=before,
            verdicts=read_verdicts(self.session, self.workspace_id, VERDICTS),
            options=GroupingOptions(
                ai_auto_link=auto_link,
                ai_confidence_threshold=threshold,
                namespace=str(self.workspace_id),
            ),
        )
        return before, grouping


@contextmanager
def stored_workspace(name: str) -> Iterator[StoredWorkspace]:
    """The workspace called organization/workspace, workspace, or by its id; ends the command without one."""
    try:
        database = Database(settings().required("pipeline_database_url"))
        with database.every_workspace() as session:
            known = session.rows(KNOWN)
    except MissingSettingError as error:
        fail(str(error))
    except psycopg.OperationalError as error:
        fail(f"the database cannot be reached ({str(error).strip()}): start it with `make run`", UNREACHABLE)
    matching = [row for row in known if name in _names(row)]
    if len(matching) != 1:
        problem = "there is no workspace" if not matching else "more than one workspace is called"
        fail(f"{problem} {name!r}: choose one of {', '.join(row['name'] for row in known)}", USAGE)
    workspace_id = UUID(str(matching[0]["workspace_id"]))
    with database.workspace(workspace_id) as session:
        yield StoredWorkspace(session, workspace_id, matching[0]["timezone"])


def _names(row: dict[str, object]) -> set[str]:
    return {str(row["workspace_id"]), str(row["name"]), str(row["name"]).partition("/")[2]}
