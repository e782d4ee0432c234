"""What steps report to Dagster: materializations, and how a stage went in each workspace."""
