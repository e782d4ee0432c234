-- A first landing fills empty tables within seconds, long before autovacuum looks at them.
grant maintain on raw.record, raw.arrival, core.issue to causeloop_pipeline;
