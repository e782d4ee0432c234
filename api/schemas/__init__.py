"""The request and response bodies of the API; their field names are a contract."""
