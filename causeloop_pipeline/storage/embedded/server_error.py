"""What keeps the embedded server from working."""


class ServerError(RuntimeError):
    """PostgreSQL cannot be found, initialized or started; the message says what to do."""
