"""What Dagster stores of a sensor's last tick. Buys: sensors go on at once after the clock was set back."""

from dagster._core.scheduler.instigation import SensorInstigatorData

__all__ = ["SensorInstigatorData"]
