"""A whole workspace as one file: exported without secrets, and imported into an empty workspace."""
