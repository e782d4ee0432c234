"""Adds what was to be expected and the turns of a rhythm to proofs, and keeps when each verdict was given."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0096"
down_revision = "0095"

SQL = """
alter table act.proof
    add column expected_after double precision,
    add column turns_kept bigint,
    add column turns_due bigint,
    drop constraint proof_verdict_check,
    add constraint proof_verdict_check check (verdict in
        ('held', 'partly', 'failed', 'moved', 'not_provable_yet', 'no_exposure', 'no_sign'));
comment on column act.proof.expected_after is
    'How many active days, or turns of a rhythm, were to be expected since with nothing changed.';
comment on column act.proof.turns_due is 'How many turns of its rhythm were due since; null: it has none.';

create table act.verdict (
    workspace_id      uuid not null references app.workspace on delete cascade,
    recommendation_id uuid not null,
    pattern_id        uuid not null,
    fixed_at          timestamptz not null,
    verdict           text not null check (verdict in
        ('held', 'partly', 'failed', 'moved', 'not_provable_yet', 'no_exposure', 'no_sign')),
    decided_at        timestamptz not null,
    came_back_at      timestamptz,
    primary key (workspace_id, recommendation_id, pattern_id, fixed_at, decided_at)
);
comment on table act.verdict is
    'When the verdict on a claimed fix was first given, and each time it changed.';
select app.isolate('act.verdict');
-- What was known of when: the run that last computed the proof, or the day on which it had been proven.
alter table act.proof no force row level security;
alter table act.fix no force row level security;
insert into act.verdict (workspace_id, recommendation_id, pattern_id, fixed_at, verdict, decided_at)
select p.workspace_id, p.recommendation_id, p.pattern_id, f.fixed_at, p.verdict,
       least(p.computed_at, coalesce(p.earliest_proof_date::timestamptz, p.computed_at))
from act.proof as p
join lateral (
    select max(fixed_at) as fixed_at from act.fix
    where fix.workspace_id = p.workspace_id and fix.recommendation_id = p.recommendation_id
        and fix.pattern_id = p.pattern_id and fix.withdrawn_at is null
) as f on f.fixed_at is not null;
alter table act.proof force row level security;
alter table act.fix force row level security;

create or replace view reporting.proofs with (security_invoker = true, security_barrier = true) as
select recommendation_id, pattern_id, verdict, events_before, days_before, events_after, days_after,
    rate_ratio, rate_ratio_low, rate_ratio_high, probability_halved, earliest_proof_date, computed_at,
    expected_after, turns_kept, turns_due
from act.proof
offset 0;
comment on column reporting.proofs.verdict is 'Whether the fix held, or why it is too early to tell.';
comment on column reporting.proofs.rate_ratio is
    'Recurrence rate after the fix divided by the rate before it; null: next to nothing was to come.';
comment on column reporting.proofs.earliest_proof_date is
    'The first day on which silence would prove it, or did.';
comment on column reporting.proofs.expected_after is
    'Recurrences to be expected after the fix with nothing changed.';
comment on column reporting.proofs.turns_kept is
    'Turns of its rhythm that came after the fix; null: it has no rhythm.';
comment on column reporting.proofs.turns_due is
    'Turns of its rhythm that were due after the fix; null: it has no rhythm.';
select app.admit_reporting();
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
