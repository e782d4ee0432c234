"""The stages as Dagster assets, and the schedules, sensors and jobs that run them."""
