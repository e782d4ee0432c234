"""Tests of reading post-mortems."""
