-- Rows, grants, policies and views stay: PostgreSQL knows tables, columns and functions by number, not by name.
alter table raw.record rename column door to channel;
comment on column raw.record.channel is 'How the record reached Causeloop: poll, webhook, ingest or manual.';
alter table raw.quarantine rename column door to channel;

alter table raw.arrival rename to pending_record;
alter index raw.unclaimed_arrivals rename to unclaimed_pending_records;
alter index raw.claimed_arrivals rename to claimed_pending_records;
comment on table raw.pending_record is
    'Records that are not normalized yet; a run claims them, and deletes them once they are issues or changes.';

alter table detect.pattern_verdict rename to pattern_feedback;
alter table detect.pattern_feedback rename column verdict_id to feedback_id;
comment on table detect.pattern_feedback is 'Users'' answers to whether two issues belong together.';

alter table predict.learned_model rename to trained_model;
alter table predict.trained_model rename column form to format;
alter table predict.trained_model rename column learned_at to trained_at;
comment on table predict.trained_model is
    'Base models, ensemble weights and calibration of a workspace; format names the code that can read it.';

-- Constraints bear the names of their tables and columns: rename those that were generated.
do $$
declare
    renamed record;
begin
    for renamed in
        select c.conrelid::regclass as relation, c.conname as old_name,
               replace(replace(replace(replace(replace(replace(c.conname, 'arrival_', 'pending_record_'),
                       'pattern_verdict_', 'pattern_feedback_'), 'learned', 'trained'), '_form_', '_format_'),
                       '_door_', '_channel_'), '_verdict_id_', '_feedback_id_') as new_name
        from pg_constraint as c
        where c.conrelid in ('raw.record'::regclass, 'raw.quarantine'::regclass, 'raw.pending_record'::regclass,
                             'detect.pattern_feedback'::regclass, 'predict.trained_model'::regclass)
    loop
        if renamed.new_name <> renamed.old_name then
            execute format('alter table %s rename constraint %I to %I', renamed.relation, renamed.old_name, renamed.new_name);
        end if;
    end loop;
end
$$;

-- A grouping that is out of date says since when, instead of bearing the digest 'forgotten'.
alter table detect.grouping_state
    drop column output_digest,
    drop column computed_at,
    add column stale_since timestamptz;
alter table detect.grouping_state rename column people_digest to corrections_digest;
comment on column detect.grouping_state.corrections_digest is
    'Which links, unlinks and feedback the grouping has taken into account; when others exist, all issues are grouped again.';
comment on column detect.grouping_state.stale_since is
    'Since when the grouping holds issues that retention has deleted: all issues are grouped again; null: none.';
-- The owner has no policy on this table, so it may change rows only while row level security is not forced on it.
alter table detect.grouping_state no force row level security;
update detect.grouping_state set stale_since = now(), corrections_digest = '' where corrections_digest = 'forgotten';
alter table detect.grouping_state force row level security;

alter function app.presented(text) rename to claimed_id;
alter function app.touch() rename to set_updated_at;
alter trigger touch on app.connector rename to set_updated_at;
alter function core.note_change() rename to set_changed_at;
alter trigger note_change on core.issue rename to set_changed_at;
alter function notify.to_be_evaluated() rename to request_evaluation;
alter trigger to_be_evaluated on notify.alert_rule rename to request_evaluation;
alter policy "a prediction is forgotten only after its retention" on predict.prediction
    rename to "a prediction is deleted only after its retention";

-- The one definition of the latest prediction. PostgreSQL inlines it: a lateral join reads one index entry a pattern.
create function predict.latest_prediction(workspace uuid, pattern uuid, days integer)
    returns setof predict.prediction
    language sql stable parallel safe rows 1
as $$
    select p.*
    from predict.prediction as p
    where p.workspace_id = workspace and p.pattern_id = pattern and p.window_days = days
    order by p.issued_at desc
    limit 1
$$;

comment on table core.issue_edit is 'What users changed of an issue; the newest edit of a field outlives every later sync.';
comment on table detect.pattern_constraint is 'Which issues users linked or unlinked: every later grouping obeys.';
comment on table predict.prediction is 'What was predicted, when, by which model: never rewritten.';
comment on table predict.outcome is 'What came of a prediction; decided_by is system or a user, whose decision is kept beside it and counts.';
