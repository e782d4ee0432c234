alter table detect.grouping_state add column grouped_at timestamptz not null default now();
comment on column detect.grouping_state.grouped_at is
    'When the grouping was made: what people corrected since is why the next one moves issues.';
