"""Says what each column is of the tables of the stages, which Dagster shows on their assets' pages."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0133"
down_revision = "0134"

SQL = """
comment on column detect.fingerprint.issue_id is 'The issue whose fingerprint it is.';
comment on column detect.fingerprint.kind is 'Whose words its text has: machine, human or structured.';
comment on column detect.fingerprint.template is
    'Its text without numbers, ids and names; null: people wrote it.';
comment on column detect.fingerprint.template_key is
    'A digest of the template: the same for all issues of one.';
comment on column detect.fingerprint.trace_key is 'A digest of its stack trace; null: it has none.';
comment on column detect.fingerprint.service is 'The service that failed.';
comment on column detect.fingerprint.component is 'The part of the service that failed.';
comment on column detect.fingerprint.error_type is 'What kind of error it is.';
comment on column detect.fingerprint.team is 'The team whose it is.';
comment on column detect.fingerprint.environment is 'Where it runs, such as production.';
comment on column detect.fingerprint.region is 'The region that it runs in.';
comment on column detect.fingerprint.time_of_day is 'The part of the day at which it began.';
comment on column detect.fingerprint.weekday is 'The day of the week on which it began.';

comment on column detect.pattern.fingerprint is 'What its issues have in common, by dimension.';
comment on column detect.pattern.words is 'The words of its name, for the search.';

comment on column predict.prediction.reason is 'Why there is no probability; null: there is one.';
comment on column predict.prediction.evidence is 'What the probability rests on.';
comment on column predict.prediction.likely_where is 'Where it is likely to recur, as shares.';
comment on column predict.prediction.likely_when is
    'At which times of the week it is likely to recur, as shares.';
comment on column predict.prediction.event_count is 'How many times the pattern had occurred.';
comment on column predict.prediction.model_probabilities is 'What each model says by itself.';
comment on column predict.prediction.model_version is 'The version of the models.';

comment on column predict.outcome.decided_by is 'system, or a user, whose decision counts.';
comment on column predict.outcome.counterfactual_rate is
    'Expected active days per day without the fix; null: no fix was claimed.';
comment on column predict.outcome.reason is 'Why it is this outcome.';

comment on column notify.alert_state.alert_rule_id is 'The alert rule that was evaluated.';
comment on column notify.alert_state.pattern_id is 'The pattern that it was evaluated for.';
comment on column notify.alert_state.firing is 'Whether the threshold is crossed.';
comment on column notify.alert_state.changed_at is 'When that last changed.';
comment on column notify.alert_state.crossings is 'How often the threshold has been crossed.';

comment on column act.proof.text is 'The verdict in words.';

comment on column act.recommendation.pattern_ids is 'The patterns that it is for.';
comment on column act.recommendation.steps is 'What to do, in order.';
comment on column act.recommendation.factors is
    'The numbers whose product is its estimate, with their sources.';

comment on column raw.mapped_record.record_id is 'The version of the record that was read.';
comment on column raw.mapped_record.source is 'The type of the connector that it is of, such as pagerduty.';
comment on column raw.mapped_record.external_id is 'The id that the tool gave the record.';
comment on column raw.mapped_record.kind is 'Which of the tool''s lists it is of.';
comment on column raw.mapped_record.is_change is 'Whether it is a change, such as a deploy, and no issue.';
comment on column raw.mapped_record.connector_id is
    'The connector that brought it; null: none, or it is gone.';
comment on column raw.mapped_record.received_at is 'When it arrived.';
comment on column raw.mapped_record.source_updated_at is 'When the tool last changed the record.';
comment on column raw.mapped_record.variant is 'Which variant of the tool''s records it is; null: none.';
comment on column raw.mapped_record.unmappable_reason is 'Why nothing could be made of it; null: it could.';
comment on column raw.mapped_record.title is 'What failed or changed.';
comment on column raw.mapped_record.body is 'What the record says of it at length.';
comment on column raw.mapped_record.severity_value is 'The severity in the tool''s own words.';
comment on column raw.mapped_record.status_value is 'The status in the tool''s own words.';
comment on column raw.mapped_record.service is 'The service that it is about.';
comment on column raw.mapped_record.error_type is 'What kind of error it is.';
comment on column raw.mapped_record.team is 'The team whose it is.';
comment on column raw.mapped_record.environment is 'Where it runs, such as production.';
comment on column raw.mapped_record.external_url is 'Its page in the tool.';
comment on column raw.mapped_record.change_kind is 'What kind of change it is; null: it is none.';
comment on column raw.mapped_record.source_created_at is 'When it began, as the tool says.';
comment on column raw.mapped_record.resolved_at is
    'When it ended, as the tool says; null: it has not, or the tool does not say.';
comment on column raw.mapped_record.changed_at is 'When the change was made; null: it is none.';
comment on column raw.mapped_record.attributes is 'What else the mapping reads of the record.';
comment on column raw.mapped_record.site is 'The one tool, of all those of its type, whose id it bears.';
comment on column raw.mapped_record.is_success is
    'Whether the run that it tells of succeeded; null: it tells of none.';
"""


def upgrade() -> None:
    """Describe the columns."""
    run_sql(SQL)
