"""Passwords of people who have not proven their address open one organization; what changes ends access."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0080"
down_revision = "0082"

SQL = """
drop policy "a sign-in finds the subject that it presents" on app.users;
drop policy "a verified address is linked to its subject once" on app.users;
drop policy "an invitation adds the address that it names" on app.users;
drop policy "an invited person sets a first password" on app.user_password;
revoke update (external_id) on app.users from causeloop_api;
revoke insert (user_id, password_hash) on app.user_password from causeloop_api;

alter table app.users add column external_issuer text, add column proven_at timestamptz;
alter table app.users drop constraint users_external_id_key;
alter table app.users add unique (external_id, external_issuer);
comment on column app.users.proven_at is
    'When the person proved the address, by a link that only they and the operator could see, or at the '
    'identity provider; null: whoever invited them may have seen all that they came in with.';
create policy "an invitation adds the address that it names" on app.users for insert to causeloop_api
    with check (
        email = (select app.claimed_text('email'))
        and external_id is null and external_issuer is null and proven_at is null and name is null
    );

comment on column app.membership.accepted_at is
    'When the membership first became active; null: never. Set while invited: whoever accepted had not '
    'proven to be the person, whose consent is needed again.';
create trigger end_access after update of status or delete on app.membership
    for each row execute function app.end_access();

alter table app.invitation add column is_private boolean not null default false;
comment on column app.invitation.is_private is
    'Whether only the person and the operator could see the link: it went by e-mail, or the operator made '
    'it.';

alter table app.user_password add column organization_id uuid references app.organization on delete cascade;
alter table app.user_password drop constraint user_password_pkey;
alter table app.user_password add unique nulls not distinct (user_id, organization_id);
comment on column app.user_password.organization_id is
    'The one organization that it opens; null: all of the person''s, who has proven the address.';

alter table app.session drop constraint session_end_reason_check;
alter table app.session add check (end_reason in (
    'signed_out', 'reused', 'password_changed', 'replaced', 'membership_changed', 'identity_replaced'));
create policy "a membership that changes ends keys" on app.personal_key to causeloop_owner
    using (true) with check (true);

create table app.finished_sign_in (
    state_hash  bytea primary key,
    finished_at timestamptz not null default now()
);
comment on table app.finished_sign_in is
    'Hashes of what sign-ins at the identity provider were begun with and have used up, kept as long as they '
    'were valid.';
create index finished_sign_ins_by_age on app.finished_sign_in (finished_at);
grant maintain on app.finished_sign_in to causeloop_pipeline;
grant select, insert, update, delete on app.finished_sign_in to causeloop_api;

-- Nobody knows any more who made the passwords, and what came of them, of people who sign in at the provider.
delete from app.user_password as p
using app.users as u
where u.user_id = p.user_id and u.external_id is not null;
update app.session as s set ended_at = now(), end_reason = 'identity_replaced'
from app.users as u
where u.user_id = s.user_id and u.external_id is not null and s.method = 'password' and s.ended_at is null;
update app.personal_key as k set revoked_at = now()
from app.users as u
where u.user_id = k.user_id and u.external_id is not null and k.method = 'password' and k.revoked_at is null;
update app.users set proven_at = now() where external_id is not null;

-- Other people keep theirs where they have accepted. Whoever is in several organizations knew the password
-- when they accepted the later invitation.
create temporary table entered on commit drop as
select m.user_id, array_agg(distinct w.organization_id) as organizations
from app.membership as m join app.workspace as w using (workspace_id)
where m.accepted_at is not null
group by m.user_id;
delete from app.user_password as p where not exists (select from entered as e where e.user_id = p.user_id);
update app.user_password as p set organization_id = e.organizations[1]
from entered as e
where e.user_id = p.user_id and cardinality(e.organizations) = 1;
update app.users as u set proven_at = now()
from app.user_password as p
where p.user_id = u.user_id and p.organization_id is null and u.proven_at is null;
alter table app.users
    add constraint a_linked_person_is_proven check (external_id is null or proven_at is not null);
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
