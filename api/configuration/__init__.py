"""A workspace's configuration as one file: read, compared, applied by the API's own operations, exported."""
