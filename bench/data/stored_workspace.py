"""A workspace in PostgreSQL with everything that its readers may ask for, after a year of its pipeline.

Nine of ten issues, or another share, are machine messages of 400 statements, the others reports that people
write, whose causes come once or a few times. Each cause that came twice is a pattern, with predictions of
every week of the year.
The superuser writes the rows without triggers, foreign keys and policies, for filling the database is not
measured.
"""

from uuid import UUID

import polars as pl
import psycopg

from bench.data.issue_streams import draw_machine_issues, draw_reports
from causeloop_pipeline.model.issue import IssueStatus
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace

MACHINE_SHARE = 0.9

CREATE_STREAM = """
create temporary table stream (
    issue_id uuid, external_id text, title text, body text, source text, service text, at timestamptz,
    cause text, pattern_id uuid, n bigint
)
"""
STATEMENTS = (
    """
    update stream set issue_id = core.issue_id(%(id)s, source, external_id),
                      at = now() - interval '370 days' + (at - timestamptz '2023-11-14 22:13:20+00')
    """,
    """
    update stream set pattern_id = md5(c.cause)::uuid
    from (select cause from stream group by cause having count(*) > 1) as c
    where c.cause = stream.cause
    """,
    """
    insert into core.issue (workspace_id, issue_id, source, external_id, title, body, severity, status,
                            service, error_type, team, environment, source_created_at, source_updated_at,
                            ingested_at, pattern_id, risk_score, words)
    select %(id)s, issue_id, source, external_id, left(title, 300), body, 'p' || 1 + n %% 4,
           (%(statuses)s::text[])[1 + n / 7 %% 5],
           'service-' || service, 'error-' || n %% 30, 'team-' || n %% 15,
           (array['production', 'staging'])[1 + n %% 9 / 8], at, at, at, pattern_id,
           case when n %% 10 > 0 then round((hashint8(n) & 65535) / 655.36) end,
           to_tsvector('simple', left(title, 300) || ' ' || coalesce(left(body, 20000), ''))
    from stream order by at
    """,
    """
    insert into core.occurrence (workspace_id, issue_id, started_at) select %(id)s, issue_id, at from stream
    """,
    """
    insert into detect.fingerprint (workspace_id, issue_id, kind, template, template_key, service)
    select %(id)s, issue_id, 'machine', cause, md5(cause), 'service-' || service from stream
    """,
    """
    insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, issue_count,
                                occurrence_count, first_seen_at, last_seen_at, risk_score, typical_gap_days,
                                words, fingerprint)
    select %(id)s, pattern_id, min(title), 'machine',
           (array['active', 'active', 'resolved'])[1 + max(n) %% 3], .9, count(*), count(*), min(at), max(at),
           max(n) %% 1000 / 10.0, 5, to_tsvector('simple', min(title)), jsonb_build_object(
               'service', jsonb_build_object('value', 'service-' || min(service), 'share', 1),
               'team', jsonb_build_object('value', 'team-' || min(service)::int %% 20, 'share', 1)
           )
    from stream where pattern_id is not null group by pattern_id
    """,
    """
    insert into detect.pattern_member (workspace_id, issue_id, pattern_id, similarity, confidence, reason)
    select %(id)s, issue_id, pattern_id, .5 + n %% 500 / 1000.0, .9,
           '{"kind": "template", "template": "the words that the issues of the pattern have in common"}'
    from stream where pattern_id is not null
    """,
    """
    insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, issued_at,
                                    closes_at, probability, impact, evidence, event_count, model_version)
    select %(id)s, md5(p.pattern_id || ' ' || w || ' ' || r)::uuid, p.pattern_id, w,
           now() - r * interval '7 days', now() - r * interval '7 days' + make_interval(days => w),
           (hashtext(p.pattern_id || ' ' || w || ' ' || r) & 65535) / 65536.0, 'medium',
           '[{"kind": "rate", "text": "It came back in nine of the last ten weeks."}]', p.issue_count,
           'bench'
    from detect.pattern as p
    cross join unnest(%(windows)s::integer[]) as w
    cross join generate_series(%(rounds)s - 1, 0, -1) as r
    where p.workspace_id = %(id)s
    order by r desc, p.pattern_id, w
    """,
    """
    insert into predict.current_prediction (workspace_id, pattern_id, window_days, prediction_id, issued_at,
                                            probability, impact)
    select distinct on (pattern_id, window_days)
           workspace_id, pattern_id, window_days, prediction_id, issued_at, probability, impact
    from predict.prediction where workspace_id = %(id)s
    order by pattern_id, window_days, issued_at desc
    """,
    """
    insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason)
    select workspace_id, prediction_id, 'system',
           case when hashtext(prediction_id::text) %% 2 = 0 then 'hit' else 'miss' end, 'the window closed'
    from predict.prediction where workspace_id = %(id)s and closes_at < now()
    """,
    """
    insert into predict.outcome_count (workspace_id, window_days, closed_on, hits, misses, prevented)
    select %(id)s, p.window_days, p.closes_at::date, count(*) filter (where o.outcome = 'hit'),
           count(*) filter (where o.outcome = 'miss'), 0
    from predict.outcome as o join predict.prediction as p using (workspace_id, prediction_id)
    where o.workspace_id = %(id)s
    group by p.window_days, p.closes_at::date
    """,
    """
    insert into detect.cluster (workspace_id, cluster_id, name, likely_cause, pattern_count, issue_count)
    select %(id)s, md5('cluster' || k)::uuid, 'Cluster ' || k, 'connection pool of service ' || k, 2, 10
    from generate_series(0, 39) as k
    """,
    """
    insert into detect.cluster_member (workspace_id, cluster_id, pattern_id)
    select %(id)s, md5('cluster' || (hashtext(pattern_id::text) & 31))::uuid, pattern_id
    from detect.pattern where workspace_id = %(id)s and hashtext(pattern_id::text) %% 3 = 0
    """,
    """
    insert into detect.pattern_edge (workspace_id, left_pattern_id, right_pattern_id, strength, reasons)
    select %(id)s, pattern_id, next_id, .5 + (hashtext(next_id::text) & 255) / 512.0, '[{"kind": "service"}]'
    from (select pattern_id, lead(pattern_id) over (order by pattern_id) as next_id
          from detect.pattern where workspace_id = %(id)s) as neighbor
    where next_id is not null
    """,
    """
    insert into act.recommendation (workspace_id, recommendation_id, rank, title, type, effort, impact,
                                    expected_loops_prevented, expected_low, expected_high, pattern_ids, steps,
                                    rationale, score, computed_at)
    select %(id)s, md5('fix' || pattern_id)::uuid, row_number() over (order by risk_score desc, pattern_id),
           'Fix ' || name, 'code_fix', 'low', 'medium', 3, 1, 6, array[pattern_id],
           array['Look at the change before the first failure', 'Roll it back'], repeat('It pays. ', 30),
           risk_score, now()
    from detect.pattern where workspace_id = %(id)s
    """,
)
FILLED = (
    "core.issue, detect.fingerprint, detect.pattern, detect.pattern_member, detect.cluster, "
    "detect.cluster_member, detect.pattern_edge, predict.prediction, predict.current_prediction, "
    "predict.outcome, act.recommendation"
)


def create_stored_workspace(
    superuser_url: str, issues: int, rounds: int = 30, machine_share: float = MACHINE_SHARE
) -> UUID:
    """Create a workspace of so many issues, with so many predictions of each pattern and window."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        name = f"i{issues}"
        organization = create_organization(connection, "bench", "Bench", "enterprise", 10)
        workspace_id = create_workspace(connection, organization, name, name, "Europe/Berlin")
        parameters = {
            "id": workspace_id,
            "rounds": rounds,
            "statuses": list(IssueStatus),
            "windows": list(WINDOWS[:3]),
        }
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")
            connection.execute("set local work_mem = '256MB'")
            connection.execute("set local enable_nestloop = off")  # statistics know only earlier workspaces
            connection.execute(CREATE_STREAM)
            machine = int(issues * machine_share)
            _copy(connection, "m", 0, *draw_machine_issues(machine))
            _copy(connection, "r", machine, *draw_reports(issues - machine))
            for statement in STATEMENTS:
                connection.execute(statement, parameters)
            connection.execute("drop table stream")
        connection.execute(f"vacuum analyze {FILLED}")
    return workspace_id


def _copy(
    connection: psycopg.Connection, prefix: str, first: int, issues: pl.DataFrame, cause: pl.Series
) -> None:
    columns = "external_id, title, body, source, service, at, cause, n"
    with connection.cursor().copy(f"copy stream ({columns}) from stdin") as copy:
        rows = issues.with_columns(cause=prefix + cause).iter_rows(named=True)
        for number, row in enumerate(rows, first):
            copy.write_row(
                (
                    prefix + row["issue_id"],
                    row["title"],
                    row["body"],
                    row["source"],
                    row["service"],
                    row["source_created_at"],
                    row["cause"],
                    number,
                )
            )
