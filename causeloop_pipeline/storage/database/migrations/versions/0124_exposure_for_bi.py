"""Lets BI tools read exposure and expectations, and proofs that are measured by exposure."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0124"
down_revision = "0115"

SQL = """
create or replace view reporting.proofs with (security_invoker = true, security_barrier = true) as
select recommendation_id, pattern_id, verdict, events_before, days_before, events_after, days_after,
    rate_ratio, rate_ratio_low, rate_ratio_high, probability_halved, earliest_proof_date, computed_at,
    expected_after, turns_kept, turns_due, exposure_unit, exposure_before, exposure_after, exposure_needed
from act.proof
offset 0;
comment on column reporting.proofs.exposure_unit is 'What its rates are measured by; null: by days.';
comment on column reporting.proofs.exposure_before is 'How often it was used before the fix.';
comment on column reporting.proofs.exposure_after is 'How often it was used after the fix.';
comment on column reporting.proofs.exposure_needed is
    'The uses after the fix with which silence proves it, or did.';

create view reporting.exposure with (security_invoker = true, security_barrier = true) as
select exposure_id, unit, service, pattern_id, day, count, attached_at from core.exposure
offset 0;
comment on view reporting.exposure is 'One row a day: how often what may fail was used.';
comment on column reporting.exposure.exposure_id is 'Its id.';
comment on column reporting.exposure.unit is 'What is counted: executions, requests or deploys.';
comment on column reporting.exposure.service is 'The service whose uses these are; null: of one pattern.';
comment on column reporting.exposure.pattern_id is 'The pattern whose uses these are; null: of a service.';
comment on column reporting.exposure.day is 'The day, in UTC.';
comment on column reporting.exposure.count is 'How often it was used.';
comment on column reporting.exposure.attached_at is 'When the count was attached.';

create view reporting.expectations with (security_invoker = true, security_barrier = true) as
select expectation_id, recommendation_id, kind, pattern_id, service, job, most, until, status, broken_at,
    text, evaluated_at, made_at
from act.expectation
where withdrawn_at is null
offset 0;
comment on view reporting.expectations is 'One row a thing that must stay true after a fix.';
comment on column reporting.expectations.expectation_id is 'Its id.';
comment on column reporting.expectations.recommendation_id is 'The recommendation whose fix it is about.';
comment on column reporting.expectations.kind is 'no_occurrence, at_most or job_passes.';
comment on column reporting.expectations.pattern_id is
    'The pattern that must not occur, or at most so often.';
comment on column reporting.expectations.service is 'The service in which it must not; null: in any.';
comment on column reporting.expectations.job is 'The job that must pass.';
comment on column reporting.expectations.most is 'How often it may occur from Monday to Sunday.';
comment on column reporting.expectations.until is 'The last day on which it must be true; null: for ever.';
comment on column reporting.expectations.status is 'open, met, broken, or inconclusive for want of data.';
comment on column reporting.expectations.broken_at is 'When it was first not true.';
comment on column reporting.expectations.text is 'What was observed, as a sentence.';
comment on column reporting.expectations.evaluated_at is 'When it was last evaluated.';
comment on column reporting.expectations.made_at is 'When it was attached.';

select app.admit_reporting();
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
