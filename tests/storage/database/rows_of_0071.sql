-- Rows of a database at revision 0071, the last that migrations of before the baseline made.
insert into app.organization (slug, name) values ('acme', 'Acme');
insert into app.workspace (workspace_id, organization_id, slug, name)
select '00000000-0000-0000-0000-00000000000a', organization_id, 'main', 'Main' from app.organization;
insert into app.workspace_settings (workspace_id) select workspace_id from app.workspace;
insert into app.users (user_id, email) values ('00000000-0000-0000-0000-00000000000b', 'ana@example.com');
insert into app.membership (workspace_id, user_id, role, name)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b', 'owner', 'Ana');
insert into app.session (workspace_id, session_id, user_id, method, ends_at)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000c',
        '00000000-0000-0000-0000-00000000000b', 'password', '2027-01-01');
insert into app.refresh_token (workspace_id, token_hash, session_id, expires_at)
values ('00000000-0000-0000-0000-00000000000a', 'token', '00000000-0000-0000-0000-00000000000c', '2027-01-01');
insert into raw.record (workspace_id, record_id, source, external_id, channel, payload, payload_hash)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001', 'jira', 'J-1',
        'webhook', '{"title": "Timeout"}', 'hash');
insert into raw.pending_record (workspace_id, record_id, source)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001', 'jira');
insert into raw.quarantine (workspace_id, source, channel, reason, payload, payload_hash)
values ('00000000-0000-0000-0000-00000000000a', 'jira', 'poll', 'no JSON', '', 'hash');
insert into detect.pattern (
    workspace_id, pattern_id, name, kind, status, confidence, issue_count, first_seen_at, last_seen_at
)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000003', 'Timeout', 'machine',
        'active', 0.9, 1, '2026-05-01', '2026-05-01');
insert into core.issue (
    workspace_id, issue_id, source, external_id, title, severity, status, source_created_at, source_updated_at,
    ingested_at, pattern_id
)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000004', 'jira', 'J-1', 'Timeout',
        'p1', 'open', '2026-05-01', '2026-05-01', '2026-05-01', '00000000-0000-0000-0000-000000000003');
insert into detect.grouping_state (
    workspace_id, algorithm_version, input_digest, issue_count, pattern_index, corrections_digest
)
values ('00000000-0000-0000-0000-00000000000a', 'version 1', 'in', 1, 'index', 'corrections');
insert into predict.prediction (
    workspace_id, prediction_id, pattern_id, window_days, issued_at, closes_at, probability, impact, event_count,
    model_version
)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000005',
        '00000000-0000-0000-0000-000000000003', 7, '2026-05-02', '2026-05-09', 0.6, 'high', 1, 'version 1');
insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000005', 'system', 'hit', 'it recurred');
