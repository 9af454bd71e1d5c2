"""Searching for parameters: which values there are, which of them are tried next, and on how many people.

What is tried next depends on the space, the seed and the outcomes so far, and on nothing else: a search that was cut off goes on as if
it had not been.
"""
