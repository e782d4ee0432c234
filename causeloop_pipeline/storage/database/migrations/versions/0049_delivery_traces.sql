-- Where tracing is on: which traces a run goes on with. Rows are taken by the run that groups what was delivered, and
-- deleted by the run of the stages after it.
create table app.delivery_trace (
    workspace_id uuid not null references app.workspace on delete cascade,
    traceparent  text not null check (length(traceparent) = 55),
    noted_at     timestamptz not null default now(),
    run_id       text,
    primary key (workspace_id, traceparent)
);
comment on table app.delivery_trace is 'Traces of deliveries that have not reached a recommendation yet; empty where nothing is traced.';
select app.isolate('app.delivery_trace');
grant insert on app.delivery_trace to causeloop_api;
