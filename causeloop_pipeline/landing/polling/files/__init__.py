"""Reads CSV, JSON lines and Parquet from a drop folder or an object store, each file once."""
