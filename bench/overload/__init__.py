"""Whether one person can stop the API for others: attacks, and what another tenant notices of them."""
