"""How a solution version is learned: the group's rows become a world of users, items and ratings; recipes are chosen, fitted and measured
on it; and what came of it is written as a `Trained`.
"""
