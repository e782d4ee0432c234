"""Each external tool as data: how to poll it, how it signs its webhooks, how to read its records."""
