"""The manager that stores no output of steps. Buys: the tabs of a step say why they are empty."""

from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager

__all__ = ["ComputeIOType", "NoOpComputeLogManager"]
