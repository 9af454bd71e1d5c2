"""/operator/personalize: what speaks Amazon Personalize here, its jobs, and what can be done to them.

`room` is what there is, `pictures` draws it, `looking` shows it, `acting` asks before anything is done to it; `pages` are the addresses.
"""
