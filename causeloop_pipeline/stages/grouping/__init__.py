"""When issues are grouped again, and what is kept of each pattern from one sync to the next."""
