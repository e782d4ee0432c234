"""Frames in, frames out: what recurs, why, when next, and what to do about it. No input, output or clock."""
