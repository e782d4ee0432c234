"""Tools that run jobs, and sources that people describe themselves."""
