"""Fits what grouping knows of pairs to labelled sets: weights, base rates and the merge threshold."""
