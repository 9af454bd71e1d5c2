"""Ratings and films as arrays, and the file formats they come in."""
