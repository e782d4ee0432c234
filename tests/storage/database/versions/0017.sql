-- Rows of a database at revision 0017, with the names of that time.
insert into app.organization (slug, name) values ('acme', 'Acme');
insert into app.workspace (workspace_id, organization_id, slug, name)
select '00000000-0000-0000-0000-00000000000a', organization_id, 'main', 'Main' from app.organization;
insert into raw.record (workspace_id, record_id, source, external_id, door, payload, payload_hash)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001', 'jira', 'J-1',
        'webhook', '{"title": "Timeout"}', 'hash');
insert into raw.arrival (workspace_id, record_id, source)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001', 'jira');
insert into raw.quarantine (workspace_id, source, door, reason, payload, payload_hash)
values ('00000000-0000-0000-0000-00000000000a', 'jira', 'poll', 'no JSON', '', 'hash');
insert into detect.pattern_verdict (workspace_id, verdict_id, pattern_id, together, made_by)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000002',
        '00000000-0000-0000-0000-000000000003', false, 'ana');
insert into detect.grouping_state (
    workspace_id, algorithm_version, input_digest, output_digest, people_digest, issue_count, pattern_index
)
values ('00000000-0000-0000-0000-00000000000a', 'version 1', 'in', 'out', 'forgotten', 5, 'index');
insert into predict.learned_model (workspace_id, form, model, learned_at, event_count)
values ('00000000-0000-0000-0000-00000000000a', 'format 1', '{"a": 0.1}', '2026-06-01 12:00+00', 9);
insert into predict.prediction (
    workspace_id, prediction_id, pattern_id, window_days, issued_at, closes_at, probability, impact,
    event_count, model_version
)
values ('00000000-0000-0000-0000-00000000000a', gen_random_uuid(), '00000000-0000-0000-0000-000000000003', 7,
        '2026-06-01 12:00+00', '2026-06-08 12:00+00', 0.4, 'high', 2, 'a model'),
       ('00000000-0000-0000-0000-00000000000a', gen_random_uuid(), '00000000-0000-0000-0000-000000000003', 7,
        '2026-06-02 12:00+00', '2026-06-09 12:00+00', 0.6, 'high', 2, 'a model');
create view staging.stg_jira__issues with (security_invoker = true) as
select r.* from raw.record as r join raw.arrival as a using (workspace_id, record_id);
alter view staging.stg_jira__issues owner to causeloop_pipeline;
