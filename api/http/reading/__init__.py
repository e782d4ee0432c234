"""Reads in one round trip: quick connections, callers proven by the statement itself, a short way."""
