"""Attacks with chance: short forms run in the tests, full ones by `make fuzz`."""
