"""When issues are grouped again, and what is stored of each pattern between syncs."""
