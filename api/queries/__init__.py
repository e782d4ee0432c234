"""The SQL of the API; row level security restricts every statement to the caller's workspace."""
