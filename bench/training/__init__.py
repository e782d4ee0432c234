"""Fits the numbers that the product ships: pair weights, base rates and the recurrence prior."""
