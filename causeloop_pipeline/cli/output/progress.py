"""The progress of the pipeline, a line a stage, and the ranked recommendations at its end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.recommendation import write_prevented
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.predict.backtests import read_headline_window

if TYPE_CHECKING:
    from dagster import DagsterInstance

TOP = 5
POLL_SECONDS = 0.5

SELECT_STAGES = """
select stage, count(*) as workspaces, bool_and(verdict = 'ok') as ok
from app.workspace_freshness
where computed_at >= %s
group by stage
order by max(computed_at), stage
"""

SELECT_STATE = """
select
    (select count(*) from raw.record) as records,
    (select count(*) from app.connector where status = 'error') as failing,
    (select min(status_reason) from app.connector where status = 'error') as reason,
    (select count(*) from app.connector where status = 'active' and next_poll_at <= now()) as due,
    (select count(*) from raw.pending_record)
    + (select count(*) from app.recompute_request where status in ('queued', 'running')) as waiting,
    (select count(*) from app.workspace) as workspaces,
    (select count(distinct workspace_id) from act.recommendation) as recommended
"""

SELECT_RANKED = """
select
    r.rank, r.title, r.type, r.effort, r.impact, r.expected_loops_prevented, r.expected_low, r.expected_high,
    (
        select max(latest.probability)
        from unnest(r.pattern_ids) as p (pattern_id)
        cross join lateral predict.latest_prediction(r.workspace_id, p.pattern_id, w.days) as latest
    ) as probability
from act.recommendation as r
cross join (select %s::integer as days) as w
where r.workspace_id = %s and r.rank is not null
order by r.rank
limit %s
"""

SELECT_WORKSPACES = """
select
    w.workspace_id,
    o.slug || '/' || w.slug as name,
    (
        select count(*)
        from act.recommendation as r
        where r.workspace_id = w.workspace_id and r.rank is not null
    ) as recommendations
from app.workspace as w
join app.organization as o using (organization_id)
order by name
"""


class PipelineError(RuntimeError):
    """The pipeline produced no result."""


@dataclass
class BootProgress:
    """Follows a boot until every workspace has its recommendations and nothing is pending."""

    database: Database
    console: Console
    began: float
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    printed: set[str] = field(default_factory=set)

    def follow(self, check: Callable[[], None], seconds: float) -> None:
        """Print each stage as it finishes, until all are done; raises PipelineError if they never are."""
        from dagster import DagsterInstance

        with DagsterInstance.get() as instance:
            self._follow(instance, check, seconds)

    def _follow(self, instance: "DagsterInstance", check: Callable[[], None], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_finished_if_known(instance):
            check()
            if time.monotonic() > deadline:
                raise PipelineError(
                    f"no recommendations after {seconds:.0f} s: see the runs in the Dagster UI and "
                    f"{settings().state_dir / 'logs'}"
                )
            time.sleep(POLL_SECONDS)

    def _is_finished_if_known(self, instance: "DagsterInstance") -> bool:
        """Whether all is finished; False while the database does not respond."""
        from dagster_postgres.utils import DagsterPostgresException
        from sqlalchemy.exc import OperationalError

        try:
            return self._is_finished(instance)
        except (DagsterPostgresException, OperationalError, psycopg.OperationalError):
            return False

    def _is_finished(self, instance: "DagsterInstance") -> bool:
        from causeloop_pipeline.orchestration.boot import count_unfinished_runs, list_failed_runs

        with self.database.every_workspace() as session:
            stages = session.rows(SELECT_STAGES, (self.since,))
            state = session.row(SELECT_STATE) or {}
        for stage in stages:
            self._print_stage(stage, state)
        if state["due"] or count_unfinished_runs(instance):
            return False
        if failed := list_failed_runs(instance, self.since):
            raise PipelineError(
                f"run {failed[0]} failed: see its page in the Dagster UI and "
                f"{settings().state_dir / 'logs' / 'code.log'}"
            )
        if state["recommended"] == state["workspaces"] > 0:
            return bool(state["waiting"] == 0)
        if state["failing"]:
            raise PipelineError(f"{state['failing']} connectors are in error, such as: {state['reason']}")
        return False

    def _print_stage(self, stage: dict[str, Any], state: dict[str, Any]) -> None:
        if stage["stage"] in self.printed or stage["workspaces"] < state["workspaces"]:
            return
        self.printed.add(stage["stage"])
        verdict = "" if stage["ok"] else "  (a workspace failed its check: see the Dagster UI)"
        self.console.print(
            f"{stage['stage']:<16}{stage['workspaces']} workspaces "
            f"({time.monotonic() - self.began:.1f} s){verdict}",
            highlight=False,
        )


def build_recommendation_tables(database: Database) -> list[Table]:
    """Each workspace's top recommendations, as tables for the terminal."""
    with database.every_workspace() as session:
        return [_read_table(session, workspace) for workspace in session.rows(SELECT_WORKSPACES)]


def _read_table(session: Session, workspace: dict[str, Any]) -> Table:
    workspace_id = workspace["workspace_id"]
    window = read_headline_window(session, workspace_id)
    return _build_table(workspace, window, session.rows(SELECT_RANKED, (window, workspace_id, TOP)))


def _build_table(workspace: dict[str, Any], window: int, rows: list[dict[str, Any]]) -> Table:
    table = Table(
        title=f"{workspace['name']}: the first {len(rows)} of {workspace['recommendations']} recommendations",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("#")
    table.add_column("recommendation", ratio=1, overflow="fold")
    table.add_column(f"recurs\n≤ {window} d", justify="right")
    table.add_column("recurrences prevented\n(80 % interval)", justify="right", no_wrap=True)
    for row in rows:
        probability = "–" if row["probability"] is None else write_probability(row["probability"])
        prevented = write_prevented(
            row["expected_loops_prevented"], row["expected_low"], row["expected_high"]
        )
        description = (
            f"{escape(row['title'])}\n[dim]{row['type']} · {row['effort']} effort · {row['impact']}[/dim]"
        )
        table.add_row(str(row["rank"]), description, probability, prevented)
    return table
