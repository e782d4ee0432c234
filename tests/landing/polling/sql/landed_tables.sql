-- Small tables in the shapes in which Airbyte, Fivetran and dlt land six tools; names only, the rows are made up.
create schema fivetran_jira;
create table fivetran_jira.issue (id bigint, key text, summary text, description text, status bigint, priority bigint, project bigint, issue_type bigint, created timestamptz, updated timestamptz, resolved timestamptz, _fivetran_deleted boolean, _fivetran_synced timestamptz);
create table fivetran_jira.status (id bigint, name text);
create table fivetran_jira.priority (id bigint, name text);
create table fivetran_jira.project (id bigint, key text, name text);
insert into fivetran_jira.status values (1, 'To Do'), (2, 'Done');
insert into fivetran_jira.priority values (1, 'Highest');
insert into fivetran_jira.project values (7, 'OPS', 'Operations');
insert into fivetran_jira.issue values
  (10001, 'OPS-1', 'Checkout times out', 'Since noon', 1, 1, 7, 3, '2026-03-01T08:00Z', '2026-03-02T08:00Z', null, false, '2026-03-02T09:00Z'),
  (10002, 'OPS-2', 'Deleted one', null, 1, 1, 7, 3, '2026-03-01T08:00Z', '2026-03-02T08:00Z', null, true, '2026-03-02T09:00Z'),
  (10003, 'OPS-3', 'From long ago', null, 2, 1, 7, 3, '2020-03-01T08:00Z', '2020-03-02T08:00Z', null, false, '2026-03-02T09:00Z');

create schema airbyte_jira;
create table airbyte_jira.issues (id text, key text, self text, fields jsonb, created timestamptz, updated timestamptz, projectkey text, _airbyte_raw_id text, _airbyte_extracted_at timestamptz, _airbyte_meta jsonb);
insert into airbyte_jira.issues values ('10001', 'OPS-1', 'https://acme.atlassian.net/rest/api/3/issue/10001',
  '{"summary": "Checkout times out", "priority": {"name": "Highest"}, "status": {"name": "To Do", "statusCategory": {"key": "new"}}, "project": {"key": "OPS", "name": "Operations"}, "components": [{"name": "checkout"}], "labels": ["a"], "created": "2026-03-01T08:00:00.000+0000", "updated": "2026-03-02T08:00:00.000+0000"}',
  '2026-03-01T08:00Z', '2026-03-02T08:00Z', 'OPS', 'x', '2026-03-02T09:00Z', '{}');

create schema dlt_jira;
create table dlt_jira.issues (id text, key text, self text, fields__summary text, fields__priority__name text, fields__status__name text, fields__status__status_category__key text, fields__project__key text, fields__project__name text, fields__created timestamptz, fields__updated timestamptz, _dlt_load_id text, _dlt_id text);
insert into dlt_jira.issues values ('10001', 'OPS-1', 'https://acme.atlassian.net/rest/api/3/issue/10001', 'Checkout times out', 'Highest', 'To Do', 'new', 'OPS', 'Operations', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '1772442000.123', 'a');

create schema fivetran_zendesk;
create table fivetran_zendesk.ticket (id bigint, url text, subject text, description text, priority text, status text, type text, brand_id bigint, group_id bigint, via_channel text, created_at timestamptz, updated_at timestamptz, _fivetran_synced timestamptz);
create table fivetran_zendesk."group" (id bigint, name text);
create table fivetran_zendesk.brand (id bigint, name text);
insert into fivetran_zendesk."group" values (5, 'Support');
insert into fivetran_zendesk.brand values (6, 'Shop');
insert into fivetran_zendesk.ticket values (1, 'https://acme.zendesk.com/api/v2/tickets/1.json', 'Login fails', 'It fails', 'urgent', 'open', 'problem', 6, 5, 'email', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z');

create schema airbyte_zendesk;
create table airbyte_zendesk.tickets (id bigint, url text, subject text, description text, priority text, status text, tags jsonb, via jsonb, created_at timestamptz, updated_at timestamptz, _airbyte_extracted_at timestamptz);
insert into airbyte_zendesk.tickets values (1, 'https://acme.zendesk.com/api/v2/tickets/1.json', 'Login fails', 'It fails', 'urgent', 'open', '["service:login"]', '{"channel": "email"}', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z');

create schema dlt_zendesk;
create table dlt_zendesk.tickets (id bigint, url text, subject text, description text, priority text, status text, via__channel text, created_at timestamptz, updated_at timestamptz, _dlt_load_id text);
insert into dlt_zendesk.tickets values (1, 'https://acme.zendesk.com/api/v2/tickets/1.json', 'Login fails', 'It fails', 'urgent', 'open', 'email', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '1772442000.123');

create schema fivetran_github;
create table fivetran_github.issue (id bigint, number bigint, title text, body text, state text, pull_request boolean, repository_id bigint, created_at timestamptz, updated_at timestamptz, closed_at timestamptz, _fivetran_synced timestamptz);
create table fivetran_github.repository (id bigint, name text, full_name text);
insert into fivetran_github.repository values (3, 'shop', 'acme/shop');
insert into fivetran_github.issue values
  (1, 11, 'Crash in cart', 'Stack', 'closed', false, 3, '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z'),
  (2, 12, 'A pull request', 'Diff', 'open', true, 3, '2026-03-01T08:00Z', '2026-03-02T08:00Z', null, '2026-03-02T09:00Z');

create schema airbyte_github;
create table airbyte_github.issues (id bigint, number bigint, title text, body text, state text, labels jsonb, html_url text, url text, repository_url text, repository text, pull_request jsonb, created_at timestamptz, updated_at timestamptz, closed_at timestamptz, _airbyte_extracted_at timestamptz);
insert into airbyte_github.issues values
  (1, 11, 'Crash in cart', 'Stack', 'closed', '[{"name": "severity: high"}]', 'https://github.com/acme/shop/issues/11', 'u', 'https://api.github.com/repos/acme/shop', 'acme/shop', null, '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z'),
  (2, 12, 'A pull request', 'Diff', 'open', '[]', 'https://github.com/acme/shop/pull/12', 'u', 'https://api.github.com/repos/acme/shop', 'acme/shop', '{"url": "x"}', '2026-03-01T08:00Z', '2026-03-02T08:00Z', null, '2026-03-02T09:00Z');

create schema dlt_github;
create table dlt_github.issues (id bigint, number bigint, title text, body text, state text, html_url text, repository_url text, pull_request__url text, created_at timestamptz, updated_at timestamptz, closed_at timestamptz, _dlt_load_id text);
insert into dlt_github.issues values
  (1, 11, 'Crash in cart', 'Stack', 'closed', 'https://github.com/acme/shop/issues/11', 'https://api.github.com/repos/acme/shop', null, '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T08:00Z', '1772442000.123'),
  (2, 12, 'A pull request', 'Diff', 'open', 'https://github.com/acme/shop/pull/12', 'https://api.github.com/repos/acme/shop', 'https://x', '2026-03-01T08:00Z', '2026-03-02T08:00Z', null, '1772442000.123');

create schema fivetran_pagerduty;
create table fivetran_pagerduty.incident (id text, incident_number bigint, title text, status text, urgency text, service_id text, priority_id text, html_url text, created_at timestamptz, last_status_change_at timestamptz, _fivetran_synced timestamptz);
create table fivetran_pagerduty.service (id text, name text);
insert into fivetran_pagerduty.service values ('S1', 'payments');
insert into fivetran_pagerduty.incident values ('P1', 1, 'Queue is full', 'triggered', 'high', 'S1', null, 'https://acme.pagerduty.com/incidents/P1', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z');

create schema airbyte_pagerduty;
create table airbyte_pagerduty.incidents (id text, incident_number bigint, title text, status text, urgency text, service jsonb, priority jsonb, teams jsonb, html_url text, created_at timestamptz, last_status_change_at timestamptz, _airbyte_extracted_at timestamptz);
insert into airbyte_pagerduty.incidents values ('P1', 1, 'Queue is full', 'triggered', 'high', '{"summary": "payments"}', '{"summary": "P1"}', '[{"summary": "Core"}]', 'https://acme.pagerduty.com/incidents/P1', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z');

create schema dlt_pagerduty;
create table dlt_pagerduty.incidents (id text, incident_number bigint, title text, status text, urgency text, service__summary text, priority__summary text, html_url text, created_at timestamptz, last_status_change_at timestamptz, _dlt_load_id text);
insert into dlt_pagerduty.incidents values ('P1', 1, 'Queue is full', 'triggered', 'high', 'payments', 'P1', 'https://acme.pagerduty.com/incidents/P1', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '1772442000.123');

create schema fivetran_salesforce;
create table fivetran_salesforce."case" (id text, case_number text, subject text, description text, priority text, status text, type text, reason text, origin text, is_escalated boolean, owner_id text, created_date timestamptz, closed_date timestamptz, last_modified_date timestamptz, system_modstamp timestamptz, _fivetran_deleted boolean, _fivetran_synced timestamptz);
create table fivetran_salesforce."user" (id text, name text);
insert into fivetran_salesforce."user" values ('005', 'Tier 2');
insert into fivetran_salesforce."case" values ('500A', '00001', 'Invoice is wrong', 'Twice', 'High', 'New', 'Billing', 'Defect', 'Web', false, '005', '2026-03-01T08:00Z', null, '2026-03-02T08:00Z', '2026-03-02T08:00Z', false, '2026-03-02T09:00Z');

create schema airbyte_salesforce;
create table airbyte_salesforce."Case" ("Id" text, "CaseNumber" text, "Subject" text, "Priority" text, "Status" text, "Type" text, "CreatedDate" timestamptz, "LastModifiedDate" timestamptz, "SystemModstamp" timestamptz, "IsDeleted" boolean, _airbyte_extracted_at timestamptz);
insert into airbyte_salesforce."Case" values ('500A', '00001', 'Invoice is wrong', 'High', 'New', 'Billing', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T08:00Z', false, '2026-03-02T09:00Z');

create schema dlt_salesforce;
create table dlt_salesforce."case" (id text, case_number text, subject text, priority text, status text, type text, created_date timestamptz, last_modified_date timestamptz, system_modstamp timestamptz, is_deleted boolean, _dlt_load_id text);
insert into dlt_salesforce."case" values ('500A', '00001', 'Invoice is wrong', 'High', 'New', 'Billing', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T08:00Z', false, '1772442000.123');

create schema fivetran_servicenow;
create table fivetran_servicenow.incident (sys_id text, category text, subcategory text, severity bigint, incident_state bigint, resolved_at timestamptz, sys_created_on timestamptz, sys_updated_on timestamptz, _fivetran_synced timestamptz);
create table fivetran_servicenow.task (sys_id text, number text, short_description text, description text, priority bigint, urgency bigint, impact bigint, state bigint, business_service_value text, cmdb_ci_value text, assignment_group_value text, opened_at timestamptz, closed_at timestamptz, correlation_id text);
create table fivetran_servicenow.cmdb_ci (sys_id text, name text);
create table fivetran_servicenow.sys_user_group (sys_id text, name text);
insert into fivetran_servicenow.cmdb_ci values ('c1', 'erp');
insert into fivetran_servicenow.sys_user_group values ('g1', 'Network');
insert into fivetran_servicenow.task values ('s1', 'INC0001', 'VPN is down', 'All of it', 1, 1, 1, 2, 'c1', null, 'g1', '2026-03-01T08:00Z', null, null);
insert into fivetran_servicenow.incident values ('s1', 'network', 'vpn', 1, 2, null, '2026-03-01T08:00Z', '2026-03-02T08:00Z', '2026-03-02T09:00Z');

create schema airbyte_servicenow;
create table airbyte_servicenow.incidents (sys_id text, number text, short_description text, priority text, state text, business_service jsonb, assignment_group text, opened_at text, sys_created_on text, sys_updated_on text, _airbyte_extracted_at timestamptz);
insert into airbyte_servicenow.incidents values ('s1', 'INC0001', 'VPN is down', '1', '2', '{"display_value": "erp", "value": "c1"}', 'Network', '2026-03-01 08:00:00', '2026-03-01 08:00:00', '2026-03-02 08:00:00', '2026-03-02T09:00Z');

create schema dlt_servicenow;
create table dlt_servicenow.incident (sys_id text, number text, short_description text, priority text, state text, business_service text, assignment_group text, opened_at timestamptz, sys_created_on timestamptz, sys_updated_on timestamptz, _dlt_load_id text);
insert into dlt_servicenow.incident values ('s1', 'INC0001', 'VPN is down', '1', '2', 'erp', 'Network', '2026-03-01T08:00Z', '2026-03-01T08:00Z', '2026-03-02T08:00Z', '1772442000.123');
