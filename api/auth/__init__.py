"""Who calls, how often he may, and whether a request was made before."""
