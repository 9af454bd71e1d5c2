"""Lists for whoever asks, from what was trained: a request finds its campaign, the campaign its model, and the model a list.

`serving` finds what a campaign or recommender answers from, `loaded` keeps models in memory, `histories` knows a user by the training and
by what they did since, `relevance` orders items, `arranging` explores and promotes, `shown` remembers what was shown, `asking` puts it all
together, and `putting` takes events in.
"""
