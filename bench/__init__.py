"""Benchmarks: each prints its figures beside their goals, and exits 1 when it misses one."""
