"""Searching for the parameters that a recipe is best with, on the data at hand: what a command does, one trial after the other."""
