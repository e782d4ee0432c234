"""Data sets and generated inputs of the benchmarks."""
