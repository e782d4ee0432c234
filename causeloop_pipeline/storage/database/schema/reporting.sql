-- What BI tools read: views with documented columns, each with the rights and the rows of whoever asks. A login is
-- for one workspace: nothing that a client can set chooses the rows.
--
-- `offset 0` keeps what a client asks for outside: inside it, PostgreSQL would estimate the rows of a condition by its
-- statistics of all tenants, and `explain` would tell whether anybody else has a value.
comment on schema reporting is 'One workspace for BI tools: a login of `causeloop reporting grant` sees its own.';

create view reporting.workspace with (security_invoker = true, security_barrier = true) as
select name, slug, timezone, created_at from app.workspace
offset 0;
comment on view reporting.workspace is 'The workspace that this login reads.';
comment on column reporting.workspace.name is 'Its name.';
comment on column reporting.workspace.slug is 'Its short name.';
comment on column reporting.workspace.timezone is 'Time zone of its reports.';
comment on column reporting.workspace.created_at is 'Since when it exists.';

create view reporting.issues with (security_invoker = true, security_barrier = true) as
select issue_id, pattern_id, source, external_id, external_url, title, severity, status, service, error_type,
    team, environment, risk_score, source_created_at, source_updated_at, resolved_at, ingested_at,
    extract(epoch from resolved_at - source_created_at)::float8 as seconds_to_resolve
from core.issue
offset 0;
comment on view reporting.issues is 'One row a failure: an incident, a defect, a failed check.';
comment on column reporting.issues.issue_id is 'Its id.';
comment on column reporting.issues.pattern_id is 'The pattern that it belongs to; null: none yet.';
comment on column reporting.issues.source is 'The connector type that it came from.';
comment on column reporting.issues.external_id is 'Its id in the tool.';
comment on column reporting.issues.external_url is 'Its page in the tool.';
comment on column reporting.issues.title is 'Its title.';
comment on column reporting.issues.severity is 'p1 (critical) to p4.';
comment on column reporting.issues.status is 'open, in_loop, mitigating, resolved or closed.';
comment on column reporting.issues.service is 'The service that failed.';
comment on column reporting.issues.error_type is 'The kind of error.';
comment on column reporting.issues.team is 'The team that is affected.';
comment on column reporting.issues.environment is 'Where it failed, such as production.';
comment on column reporting.issues.risk_score is '0 to 100, as of the last analysis.';
comment on column reporting.issues.source_created_at is 'When it began, by the tool.';
comment on column reporting.issues.source_updated_at is 'When the tool last changed it.';
comment on column reporting.issues.resolved_at is 'When it was resolved; null: not yet.';
comment on column reporting.issues.ingested_at is 'When it was first stored here.';
comment on column reporting.issues.seconds_to_resolve is 'From its beginning to its resolution.';

create view reporting.occurrences with (security_invoker = true, security_barrier = true) as
select o.issue_id, i.pattern_id, o.started_at, o.ended_at, o.count,
    extract(epoch from o.ended_at - o.started_at)::float8 as seconds
from core.occurrence as o
join core.issue as i using (workspace_id, issue_id)
offset 0;
comment on view reporting.occurrences is 'One row each time that an issue occurred.';
comment on column reporting.occurrences.issue_id is 'The issue.';
comment on column reporting.occurrences.pattern_id is 'The pattern of that; null: none yet.';
comment on column reporting.occurrences.started_at is 'When it began.';
comment on column reporting.occurrences.ended_at is 'When it ended; null: it goes on, or nobody knows.';
comment on column reporting.occurrences.count is 'How many events the tool counted in it.';
comment on column reporting.occurrences.seconds is 'From its start to its end.';

create view reporting.changes with (security_invoker = true, security_barrier = true) as
select change_id, source, external_id, external_url, kind, title, service, environment, changed_at, ingested_at from core.change
offset 0;
comment on view reporting.changes is 'One row a deploy, release or flag that was switched.';
comment on column reporting.changes.change_id is 'Its id.';
comment on column reporting.changes.source is 'The connector type that it came from.';
comment on column reporting.changes.external_id is 'Its id in the tool.';
comment on column reporting.changes.external_url is 'Its page in the tool.';
comment on column reporting.changes.kind is 'What kind of change it is.';
comment on column reporting.changes.title is 'Its title.';
comment on column reporting.changes.service is 'The service that was changed.';
comment on column reporting.changes.environment is 'Where it was changed.';
comment on column reporting.changes.changed_at is 'When.';
comment on column reporting.changes.ingested_at is 'When it was first stored here.';

create view reporting.patterns with (security_invoker = true, security_barrier = true) as
select pattern_id, name, kind, status, confidence, risk_score, issue_count, first_seen_at, last_seen_at,
    mttr_seconds, typical_gap_days, resolved_at, reopened_at, occurrence_count
from detect.pattern
offset 0;
comment on view reporting.patterns is 'One row a pattern: issues that share one root cause.';
comment on column reporting.patterns.pattern_id is 'Its id, which it keeps for ever.';
comment on column reporting.patterns.name is 'Its name.';
comment on column reporting.patterns.kind is 'What kind of pattern it is.';
comment on column reporting.patterns.status is 'emerging, active or resolved.';
comment on column reporting.patterns.confidence is 'The probability that its grouping is right.';
comment on column reporting.patterns.risk_score is '0 to 100, as of the last analysis.';
comment on column reporting.patterns.issue_count is 'How many issues it has.';
comment on column reporting.patterns.first_seen_at is 'When the first of its occurrences began.';
comment on column reporting.patterns.last_seen_at is 'When the last of its occurrences began.';
comment on column reporting.patterns.mttr_seconds is 'The median of its occurrences'' times to resolve.';
comment on column reporting.patterns.typical_gap_days is 'Its usual days from one recurrence to the next.';
comment on column reporting.patterns.resolved_at is 'When a fix was proved; null: not yet.';
comment on column reporting.patterns.reopened_at is 'When it last recurred after that.';
comment on column reporting.patterns.occurrence_count is 'How often its issues occurred.';

create view reporting.pattern_issues with (security_invoker = true, security_barrier = true) as
select m.pattern_id, m.issue_id, m.similarity, m.confidence
from detect.pattern_member as m
offset 0;
comment on view reporting.pattern_issues is 'One row an issue in a pattern.';
comment on column reporting.pattern_issues.pattern_id is 'The pattern.';
comment on column reporting.pattern_issues.issue_id is 'The issue.';
comment on column reporting.pattern_issues.similarity is 'How alike it is to the others, 0 to 1.';
comment on column reporting.pattern_issues.confidence is 'The probability that it belongs there.';

create view reporting.clusters with (security_invoker = true, security_barrier = true) as
select cluster_id, name, likely_cause, pattern_count, issue_count, computed_at from detect.cluster
offset 0;
comment on view reporting.clusters is 'One row a systemic problem: patterns that belong together.';
comment on column reporting.clusters.cluster_id is 'Its id.';
comment on column reporting.clusters.name is 'Its name.';
comment on column reporting.clusters.likely_cause is 'What its patterns have in common.';
comment on column reporting.clusters.pattern_count is 'How many patterns it has.';
comment on column reporting.clusters.issue_count is 'How many issues these have.';
comment on column reporting.clusters.computed_at is 'When it was computed.';

create view reporting.cluster_patterns with (security_invoker = true, security_barrier = true) as
select cluster_id, pattern_id from detect.cluster_member
offset 0;
comment on view reporting.cluster_patterns is 'One row a pattern in a cluster.';
comment on column reporting.cluster_patterns.cluster_id is 'The cluster.';
comment on column reporting.cluster_patterns.pattern_id is 'The pattern.';

create view reporting.predictions with (security_invoker = true, security_barrier = true) as
select p.prediction_id, p.pattern_id, p.window_days, p.issued_at, p.closes_at, p.probability, p.impact,
    p.likely_trigger, p.next_date_low, p.next_date_median, p.next_date_high, o.outcome,
    o.decided_by = 'system' as is_graded_automatically, o.decided_at
from predict.prediction as p
left join lateral (
    select g.outcome, g.decided_by, g.decided_at
    from predict.outcome as g
    where g.workspace_id = p.workspace_id and g.prediction_id = p.prediction_id
    order by g.decided_by = 'system', g.decided_at desc
    limit 1
) as o on true
offset 0;
comment on view reporting.predictions is 'One row a prediction that was issued, with how it ended.';
comment on column reporting.predictions.prediction_id is 'Its id.';
comment on column reporting.predictions.pattern_id is 'The pattern that it is about.';
comment on column reporting.predictions.window_days is 'How many days it covers.';
comment on column reporting.predictions.issued_at is 'When it was issued.';
comment on column reporting.predictions.closes_at is 'When its window ends.';
comment on column reporting.predictions.probability is 'The probability that the pattern recurs within the window; null: too little history.';
comment on column reporting.predictions.impact is 'critical, high, medium or low.';
comment on column reporting.predictions.likely_trigger is 'What usually precedes a recurrence.';
comment on column reporting.predictions.next_date_low is 'The earliest likely day of the next recurrence.';
comment on column reporting.predictions.next_date_median is 'The day by which it is as likely as not.';
comment on column reporting.predictions.next_date_high is 'The latest likely day.';
comment on column reporting.predictions.outcome is 'hit, miss or prevented; null: the window is open.';
comment on column reporting.predictions.is_graded_automatically is 'Whether no person decided the outcome.';
comment on column reporting.predictions.decided_at is 'When the outcome was decided.';

create view reporting.recommendations with (security_invoker = true, security_barrier = true) as
select recommendation_id, rank, title, type, status, effort, impact, expected_loops_prevented, expected_low,
    expected_high, score, rationale, computed_at
from act.recommendation
offset 0;
comment on view reporting.recommendations is 'One row a recommended fix.';
comment on column reporting.recommendations.recommendation_id is 'Its id.';
comment on column reporting.recommendations.rank is '1 is the highest; null: it is not ranked any more.';
comment on column reporting.recommendations.title is 'What to do.';
comment on column reporting.recommendations.type is 'code_fix, config_change, process or monitoring.';
comment on column reporting.recommendations.status is 'pending, in_progress, implemented or dismissed.';
comment on column reporting.recommendations.effort is 'low, medium or high.';
comment on column reporting.recommendations.impact is 'high, medium or quick_win.';
comment on column reporting.recommendations.expected_loops_prevented is 'Recurrences that do not occur if the fix holds.';
comment on column reporting.recommendations.expected_low is 'The lower end of that.';
comment on column reporting.recommendations.expected_high is 'The upper end of that.';
comment on column reporting.recommendations.score is 'What the rank follows from.';
comment on column reporting.recommendations.rationale is 'Why it is recommended.';
comment on column reporting.recommendations.computed_at is 'When it was computed.';

create view reporting.recommendation_patterns with (security_invoker = true, security_barrier = true) as
select r.recommendation_id, p.pattern_id from act.recommendation as r cross join unnest(r.pattern_ids) as p (pattern_id)
offset 0;
comment on view reporting.recommendation_patterns is 'One row a pattern that a recommendation is for.';
comment on column reporting.recommendation_patterns.recommendation_id is 'The recommendation.';
comment on column reporting.recommendation_patterns.pattern_id is 'The pattern.';

create view reporting.proofs with (security_invoker = true, security_barrier = true) as
select recommendation_id, pattern_id, verdict, events_before, days_before, events_after, days_after, rate_ratio,
    rate_ratio_low, rate_ratio_high, probability_halved, earliest_proof_date, computed_at, expected_after,
    turns_kept, turns_due, exposure_unit, exposure_before, exposure_after, exposure_needed
from act.proof
offset 0;
comment on view reporting.proofs is 'One row a pattern and a claimed fix: whether it held.';
comment on column reporting.proofs.recommendation_id is 'The recommendation that was implemented, or the action item that was done.';
comment on column reporting.proofs.pattern_id is 'The pattern that it was for.';
comment on column reporting.proofs.verdict is 'Whether the fix held, or why it is too early to tell.';
comment on column reporting.proofs.events_before is 'Recurrences before the fix.';
comment on column reporting.proofs.days_before is 'Days observed before it.';
comment on column reporting.proofs.events_after is 'Recurrences after the fix.';
comment on column reporting.proofs.days_after is 'Days observed after it.';
comment on column reporting.proofs.rate_ratio is 'Recurrence rate after the fix divided by the rate before it; null: next to nothing was to come.';
comment on column reporting.proofs.rate_ratio_low is 'The lower end of that.';
comment on column reporting.proofs.rate_ratio_high is 'The upper end of that.';
comment on column reporting.proofs.probability_halved is 'The probability that the fix at least halved the rate.';
comment on column reporting.proofs.earliest_proof_date is 'The first day on which silence would prove it, or did.';
comment on column reporting.proofs.computed_at is 'When it was computed.';
comment on column reporting.proofs.expected_after is 'Recurrences to be expected after the fix with nothing changed.';
comment on column reporting.proofs.turns_kept is 'Turns of its rhythm that came after the fix; null: it has no rhythm.';
comment on column reporting.proofs.turns_due is 'Turns of its rhythm that were due after the fix; null: it has no rhythm.';
comment on column reporting.proofs.exposure_unit is 'What its rates are measured by; null: by days.';
comment on column reporting.proofs.exposure_before is 'How often it was used before the fix.';
comment on column reporting.proofs.exposure_after is 'How often it was used after the fix.';
comment on column reporting.proofs.exposure_needed is 'The uses after the fix with which silence proves it, or did.';

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
select expectation_id, recommendation_id, kind, pattern_id, service, job, most, until, status, broken_at, text,
    evaluated_at, made_at
from act.expectation
where withdrawn_at is null
offset 0;
comment on view reporting.expectations is 'One row a thing that must stay true after a fix.';
comment on column reporting.expectations.expectation_id is 'Its id.';
comment on column reporting.expectations.recommendation_id is 'The recommendation whose fix it is about.';
comment on column reporting.expectations.kind is 'no_occurrence, at_most or job_passes.';
comment on column reporting.expectations.pattern_id is 'The pattern that must not occur, or at most so often.';
comment on column reporting.expectations.service is 'The service in which it must not; null: in any.';
comment on column reporting.expectations.job is 'The job that must pass.';
comment on column reporting.expectations.most is 'How often it may occur from Monday to Sunday.';
comment on column reporting.expectations.until is 'The last day on which it must be true; null: for ever.';
comment on column reporting.expectations.status is 'open, met, broken, or inconclusive for want of data.';
comment on column reporting.expectations.broken_at is 'When it was first not true.';
comment on column reporting.expectations.text is 'What was observed, as a sentence.';
comment on column reporting.expectations.evaluated_at is 'When it was last evaluated.';
comment on column reporting.expectations.made_at is 'When it was attached.';

create view reporting.postmortems with (security_invoker = true, security_barrier = true) as
select postmortem_id, title, file_name, address, occurred_at, services, severity, imported_at from act.postmortem
where status = 'imported'
offset 0;
comment on view reporting.postmortems is 'One row a document about an incident, as imported.';
comment on column reporting.postmortems.postmortem_id is 'Its id.';
comment on column reporting.postmortems.title is 'Its title.';
comment on column reporting.postmortems.file_name is 'The file that it was read from.';
comment on column reporting.postmortems.address is 'Where it stands; null: not stated.';
comment on column reporting.postmortems.occurred_at is 'When the incident was.';
comment on column reporting.postmortems.services is 'The services that it names.';
comment on column reporting.postmortems.severity is 'The severity, in its own words.';
comment on column reporting.postmortems.imported_at is 'When it was imported.';

create view reporting.action_items with (security_invoker = true, security_barrier = true) as
select i.item_id, i.postmortem_id, i.text, i.kind, i.owner, i.due_on, i.is_done, i.is_dropped, i.done_at, i.done_basis
from act.action_item as i
join act.postmortem as m using (workspace_id, postmortem_id)
where m.status = 'imported'
offset 0;
comment on view reporting.action_items is
    'One row a thing that a post-mortem says was to be done. A done one of kind fix has rows in proofs.';
comment on column reporting.action_items.item_id is 'Its id: recommendation_id of its proofs.';
comment on column reporting.action_items.postmortem_id is 'The post-mortem that says so.';
comment on column reporting.action_items.text is 'What was to be done, in the words of the document.';
comment on column reporting.action_items.kind is 'fix, detection or process; only a fix is judged.';
comment on column reporting.action_items.owner is 'Who was to do it.';
comment on column reporting.action_items.due_on is 'By when.';
comment on column reporting.action_items.is_done is 'Whether it is done.';
comment on column reporting.action_items.is_dropped is 'Whether it will not be done.';
comment on column reporting.action_items.done_at is 'When it was done; null: it is not.';
comment on column reporting.action_items.done_basis is 'How that is known: stated, ticket, reading or person.';

create view reporting.connectors with (security_invoker = true, security_barrier = true) as
select connector_id, type, display_name, status, status_reason, poll_interval_seconds, next_poll_at, created_at from app.connector
offset 0;
comment on view reporting.connectors is 'One row a configured integration.';
comment on column reporting.connectors.connector_id is 'Its id.';
comment on column reporting.connectors.type is 'Which tool it reads.';
comment on column reporting.connectors.display_name is 'Its name.';
comment on column reporting.connectors.status is 'active, paused or error.';
comment on column reporting.connectors.status_reason is 'Why it is in error.';
comment on column reporting.connectors.poll_interval_seconds is 'How often it is read.';
comment on column reporting.connectors.next_poll_at is 'When it is read next.';
comment on column reporting.connectors.created_at is 'Since when it exists.';

create view reporting.sync_runs with (security_invoker = true, security_barrier = true) as
select sync_run_id, connector_id, started_at, finished_at, status, pages, rows_read, rows_new, rows_updated,
    rows_duplicate, rows_quarantined
from app.sync_run
offset 0;
comment on view reporting.sync_runs is 'One row a poll of a connector.';
comment on column reporting.sync_runs.sync_run_id is 'Its id.';
comment on column reporting.sync_runs.connector_id is 'The connector.';
comment on column reporting.sync_runs.started_at is 'When it began.';
comment on column reporting.sync_runs.finished_at is 'When it ended; null: it goes on.';
comment on column reporting.sync_runs.status is 'running, succeeded or failed.';
comment on column reporting.sync_runs.pages is 'Pages that were read.';
comment on column reporting.sync_runs.rows_read is 'Records in them.';
comment on column reporting.sync_runs.rows_new is 'Records that were not known.';
comment on column reporting.sync_runs.rows_updated is 'Records that had changed.';
comment on column reporting.sync_runs.rows_duplicate is 'Records that were known already.';
comment on column reporting.sync_runs.rows_quarantined is 'Records that could not be read.';
select app.admit_reporting();
