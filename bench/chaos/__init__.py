"""Chaos tests under traffic: kill processes, fill disks, stop servers, count lost and duplicated events."""
