"""Turns raw failures into patterns, predictions and fixes that are proven to hold."""
