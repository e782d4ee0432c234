"""The schema `notify`: alert rules and the outbox."""
