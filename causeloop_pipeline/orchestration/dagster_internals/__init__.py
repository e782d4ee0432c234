"""The private parts of Dagster that the product uses: nothing else in it imports or replaces any.

Each file says what it buys; decision 30 says how that was measured. The contract test fails on a minor
version of Dagster that nobody has looked at, and where a part is gone.
"""

SUPPORTED_VERSIONS = {"dagster": "1.13", "dagster-postgres": "0.29", "dagster-webserver": "1.13"}
"""The minor versions whose private parts were read."""
