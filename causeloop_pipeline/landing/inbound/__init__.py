"""Records that are sent to us: webhooks, events and changes."""
