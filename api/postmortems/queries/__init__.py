"""Reads and writes post-mortems, what is cited of them, and the readings of one document."""
