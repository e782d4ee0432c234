"""One router per kind of thing; a router checks input, calls a query and shapes the answer."""
