"""`causeloop drill`: a failure is planted through the API, and what must follow is waited for."""
