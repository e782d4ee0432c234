"""One file per tool, named like the connector it declares."""
