"""Sessions that a browser keeps in a cookie."""
