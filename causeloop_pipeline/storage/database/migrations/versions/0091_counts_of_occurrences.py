"""Lets patterns and their tallies count occurrences: touches tell of them, and of their issues apart."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0091"
down_revision = "0090"

SQL = """
alter table detect.pattern add column occurrence_count bigint not null default 0;
comment on column detect.pattern.occurrence_count is
    'How often it occurred: at least once for each of its issues.';
alter table detect.pattern no force row level security;
update detect.pattern set occurrence_count = issue_count;
alter table detect.pattern force row level security;

alter table detect.pattern_tally rename column issues to count;
alter table detect.pattern_tally
    rename constraint pattern_tally_issues_not_null to pattern_tally_count_not_null;
comment on table detect.pattern_tally is
    'How many of a pattern''s issues have a value, or of its occurrences, for a `day`, a date in UTC.';

alter table detect.pattern_touch drop constraint pattern_touch_issues_check;
alter table detect.pattern_touch alter column issues set default 0;
alter table detect.pattern_touch add constraint pattern_touch_issues_check check (issues in (-1, 0, 1));
alter table detect.pattern_touch
    add column occurrences integer not null default 0
    constraint pattern_touch_occurrences_check check (occurrences in (-1, 0, 1));
alter table detect.pattern_touch no force row level security;
-- Each was of an issue and of its one occurrence.
insert into detect.pattern_touch
    (workspace_id, pattern_id, occurrences, facts, occurred_at, service, team, environment, severity)
select workspace_id, pattern_id, issues, jsonb_build_object('day', facts -> 'day'), occurred_at, service,
       team, environment, severity
from detect.pattern_touch
where occurred_at is not null;
update detect.pattern_touch
set facts = facts - 'day', occurred_at = null, service = null, team = null, environment = null,
    severity = null
where occurrences = 0;
alter table detect.pattern_touch force row level security;
alter table detect.pattern_touch add constraint pattern_touch_is_of_one_kind
    check ((issues = 0) <> (occurrences = 0) and (occurrences = 0) = (occurred_at is null));
comment on table detect.pattern_touch is
    'Issues and occurrences that came to a pattern (1) or left it (-1) since its tallies were counted.';
comment on column detect.pattern_touch.occurred_at is
    'When the occurrence began; null for an issue.';

drop trigger note_touch_of_deleted on core.issue;
create trigger note_touch_of_deleted before delete on core.issue for each row
    when (old.pattern_id is not null)
    execute function detect.note_touch();
create trigger note_new after insert on core.occurrence
    referencing new table as changed for each statement
    execute function detect.note_occurrences();
create trigger note_deleted after delete on core.occurrence
    referencing old table as changed for each statement
    execute function detect.note_occurrences();
create trigger note_ended after update on core.occurrence
    referencing new table as changed for each statement
    execute function detect.note_occurrences();
comment on table core.occurrence is
    'Each time that an issue occurred; every issue has at least one.';
create view reporting.occurrences with (security_invoker = true, security_barrier = true) as
select o.issue_id, i.pattern_id, o.started_at, o.ended_at, o.count,
    extract(epoch from o.ended_at - o.started_at)::float8 as seconds
from core.occurrence as o
join core.issue as i using (workspace_id, issue_id);
comment on view reporting.occurrences is 'One row each time that an issue occurred.';
comment on column reporting.occurrences.issue_id is 'The issue.';
comment on column reporting.occurrences.pattern_id is 'The pattern of that; null: none yet.';
comment on column reporting.occurrences.started_at is 'When it began.';
comment on column reporting.occurrences.ended_at is 'When it ended; null: it goes on, or nobody knows.';
comment on column reporting.occurrences.count is 'How many events the tool counted in it.';
comment on column reporting.occurrences.seconds is 'From its start to its end.';

create or replace view reporting.patterns with (security_invoker = true, security_barrier = true) as
select pattern_id, name, kind, status, confidence, risk_score, issue_count, first_seen_at, last_seen_at,
    mttr_seconds, typical_gap_days, resolved_at, reopened_at, occurrence_count
from detect.pattern;
comment on column reporting.patterns.first_seen_at is 'When the first of its occurrences began.';
comment on column reporting.patterns.last_seen_at is 'When the last of its occurrences began.';
comment on column reporting.patterns.mttr_seconds is 'The median of its occurrences'' times to resolve.';
comment on column reporting.patterns.occurrence_count is 'How often its issues occurred.';
select app.admit_reporting();

revoke update on core.occurrence from causeloop_pipeline, causeloop_api;
grant update (ended_at, count, record_id) on core.occurrence to causeloop_pipeline, causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
