"""Rhythms: calendar turns that a pattern keeps, and what they tell of the turns to come."""
