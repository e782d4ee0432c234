"""Security event management: alerts, notables and incidents of detection rules."""
