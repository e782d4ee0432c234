"""Cloud platforms: their alarms, events and deployments."""
