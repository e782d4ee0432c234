-- One correction makes several constraints, and is withdrawn as a whole. Earlier constraints stand for themselves.
alter table detect.pattern_constraint add column correction_id uuid;
comment on column detect.pattern_constraint.correction_id is
    'The correction that made it: null for those made one by one. An unlink or split has who left on the left.';
alter table detect.pattern_constraint add column act text check (act in ('link', 'unlink', 'merge', 'split'));
create index constraints_by_correction on detect.pattern_constraint (workspace_id, correction_id);

create table detect.constraint_withdrawal (
    workspace_id  uuid not null references app.workspace on delete cascade,
    withdrawal_id uuid not null default uuidv7(),
    constraint_id uuid not null,
    replaced_by   uuid,
    made_by       text not null,
    made_at       timestamptz not null default now(),
    primary key (workspace_id, withdrawal_id),
    foreign key (workspace_id, constraint_id) references detect.pattern_constraint on delete cascade
);
comment on table detect.constraint_withdrawal is
    'Constraints that no longer count: a person withdrew them, or a later correction (replaced_by) replaced them.';
create index withdrawals_by_constraint on detect.constraint_withdrawal (workspace_id, constraint_id);
select app.isolate('detect.constraint_withdrawal');
grant insert on detect.constraint_withdrawal to causeloop_api;
revoke insert, update, delete on detect.constraint_withdrawal from causeloop_pipeline;

-- What a correction replaced counts again when that correction is withdrawn itself.
create view detect.constraint_in_force with (security_invoker = true) as
select c.*
from detect.pattern_constraint as c
where not exists (
    select
    from detect.constraint_withdrawal as w
    where w.workspace_id = c.workspace_id and w.constraint_id = c.constraint_id
      and (w.replaced_by is null or not exists (
          select
          from detect.pattern_constraint as later
          join detect.constraint_withdrawal as undone using (workspace_id, constraint_id)
          where later.workspace_id = w.workspace_id and later.correction_id = w.replaced_by
            and undone.replaced_by is null
      ))
);
comment on view detect.constraint_in_force is 'Which issues users linked or unlinked and have not withdrawn.';
grant select on detect.constraint_in_force to causeloop_api, causeloop_pipeline;
