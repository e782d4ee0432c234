"""Sign-in, tokens, rate limits and idempotency keys."""
