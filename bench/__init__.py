"""Benchmarks: each measures us and a peer in one run and exits 1 when it falls short of its goal."""
