"""Records that are sent: webhooks, events and changes."""
