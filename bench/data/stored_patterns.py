"""A workspace of patterns in PostgreSQL, as the stages before prediction leave it.

Rates are Gamma-distributed, some patterns end and some begin late, failures come in bursts. The superuser
writes the rows without foreign keys and policies, for filling the database is not measured.
"""

from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace

DAYS = 180
CHUNK = 20_000
MEAN_RATE = 0.16  # failures a day
BURST_SHARE = 0.06
LATE_SHARE = 0.4  # of the patterns begin late
ENDING_SHARE = 0.3  # of the patterns end

INSERT_PATTERNS = """
insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, issue_count,
                            first_seen_at, last_seen_at, words)
select %(workspace_id)s, md5('pattern' || n)::uuid, 'Timeout of worker ' || n || ' in service ' || n %% 60,
       'machine', 'active', .9, 2, %(until)s, %(until)s, to_tsvector('simple', 'Timeout of worker ' || n)
from generate_series(%(low)s, %(high)s - 1) as n
"""

INSERT_ISSUES = """
insert into core.issue (workspace_id, issue_id, source, external_id, title, body, severity, status, service,
                        error_type, team, environment, source_created_at, source_updated_at, ingested_at,
                        pattern_id)
select %(workspace_id)s, core.issue_id(%(workspace_id)s, 'custom_api', external_id), 'custom_api',
       external_id, 'Timeout of worker ' || pattern,
       repeat('Request ' || external_id || ' gave up after 30000 ms. ', 8),
       'p' || 1 + (pattern + which) %% 4, 'in_loop', 'service-' || (pattern + (which %% 9) / 8) %% 60,
       'Timeout', 'team-' || pattern %% 15, (array['production', 'staging'])[1 + (pattern + which) %% 7 / 6],
       at, at, at, md5('pattern' || pattern)::uuid
from (select *, %(prefix)s || pattern || '-' || which as external_id from failure) as named
"""

INSERT_OCCURRENCES = """
insert into core.occurrence (workspace_id, issue_id, started_at)
select %(workspace_id)s, core.issue_id(%(workspace_id)s, 'custom_api', %(prefix)s || pattern || '-' || which),
       at
from failure
"""

INSERT_MEMBERS = """
insert into detect.pattern_member (workspace_id, issue_id, pattern_id, similarity, confidence, reason)
select %(workspace_id)s, core.issue_id(%(workspace_id)s, 'custom_api', %(prefix)s || pattern || '-' || which),
       md5('pattern' || pattern)::uuid, .9, .9, '{"kind": "template"}'
from failure
"""

INSERT_CHANGES = """
insert into core.change (workspace_id, change_id, source, external_id, kind, title, service, changed_at,
                         source_updated_at, ingested_at)
select %(workspace_id)s, md5('change' || n)::uuid, 'github', n::text, 'deploy', 'Deploy ' || n,
       'service-' || n %% 60, at, at, at
from (select n, %(until)s - n * interval '7 hours' as at from generate_series(1, 600) as n) as deploys
"""

Numbers = npt.NDArray[np.int64]
Instants = npt.NDArray[np.float64]


def create_workspace_of_patterns(superuser_url: str, patterns: int, until: datetime) -> UUID:
    """Creates a workspace with so many patterns and their failures of the 180 days before `until`."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        name = f"p{patterns}"
        organization = create_organization(connection, "bench", "Bench", "enterprise", 10)
        workspace_id = create_workspace(connection, organization, name, name, "Europe/Berlin")
        parameters = {"workspace_id": workspace_id, "until": until}
        connection.execute(INSERT_CHANGES, parameters)
        rng = np.random.default_rng(patterns)
        for low in range(0, patterns, CHUNK):
            high = min(patterns, low + CHUNK)
            connection.execute(INSERT_PATTERNS, {**parameters, "low": low, "high": high})
            _store_failures(connection, workspace_id, "", *_draw_failures(rng, low, high, until))
        connection.execute("vacuum analyze detect.pattern, detect.pattern_member, core.issue, core.change")
    return workspace_id


def add_failure_of_each(superuser_url: str, workspace_id: UUID, patterns: int, at: datetime) -> None:
    """Stores one more failure of every pattern."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        instants = np.full(patterns, at.timestamp())
        _store_failures(
            connection,
            workspace_id,
            f"{at:%d-%H-}",
            np.arange(patterns),
            np.zeros(patterns, np.int64),
            instants,
        )


def _draw_failures(
    rng: np.random.Generator, low: int, high: int, until: datetime
) -> tuple[Numbers, Numbers, Instants]:
    """Pattern, running number and instant of every failure of some patterns."""
    size = high - low
    begin = np.where(rng.random(size) < LATE_SHARE, rng.uniform(0, 0.8 * DAYS, size), 0.0)
    end = np.where(rng.random(size) < ENDING_SHARE, rng.uniform(begin, DAYS), DAYS)
    rate = rng.gamma(1.3, MEAN_RATE / 1.3, size)
    count = np.maximum(1, rng.poisson(rate * (end - begin)))
    pattern = np.repeat(np.arange(size), count)
    at = begin[pattern] + rng.random(len(pattern)) * (end - begin)[pattern]
    burst = np.where(rng.random(len(pattern)) < BURST_SHARE, rng.poisson(6, len(pattern)), 0)
    follower = np.repeat(np.arange(len(pattern)), burst)
    at = np.concatenate([at, at[follower] + rng.exponential(0.04, len(follower))])
    pattern = np.concatenate([pattern, pattern[follower]])
    at = np.minimum(at, DAYS - 0.01)
    order = np.lexsort((at, pattern))
    pattern, at = pattern[order], at[order]
    which = np.arange(len(pattern)) - np.searchsorted(pattern, pattern)
    return pattern + low, which, until.timestamp() - (DAYS - at) * 86_400


def _store_failures(
    connection: psycopg.Connection,
    workspace_id: UUID,
    prefix: str,
    pattern: Numbers,
    which: Numbers,
    at: Instants,
) -> None:
    with connection.transaction():
        connection.execute(
            "create temporary table failure (pattern int, which int, at timestamptz) on commit drop"
        )
        with connection.cursor().copy("copy failure from stdin") as copy:
            for number, running, second in zip(pattern.tolist(), which.tolist(), at.tolist(), strict=True):
                copy.write_row((number, running, datetime.fromtimestamp(second).astimezone()))
        parameters = {"workspace_id": workspace_id, "prefix": prefix}
        connection.execute(INSERT_ISSUES, parameters)
        connection.execute(INSERT_OCCURRENCES, parameters)
        connection.execute(INSERT_MEMBERS, parameters)
