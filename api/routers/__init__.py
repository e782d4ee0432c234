"""One router per resource; a router checks the input, calls queries and builds the response."""
