"""The built-in sample: what Matinee shows where there is neither data nor a network. Real films, made-up viewers."""

from __future__ import annotations

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.movielens import DataSet
from recommender.data.report import Report
from recommender.data.sample.films import sample_films
from recommender.data.sample.viewers import simulated_ratings, simulated_tastes

NAME = "the built-in sample"
CREDIT = "The built-in sample: real films, simulated viewers; their ratings are made up."

N_VIEWERS = 610
SEED = 1895  # the year in which people first paid to see a film


def sample_data_set() -> DataSet:
    """Some hundreds of films and the ratings of viewers 1 to N_VIEWERS, the same to the bit on every machine; made in a moment.

    The films have no links. Their tags are the tastes that they serve, such as "film noir".
    """
    films = sample_films()
    # By name, since numpy may choose another generator as its default one day.
    rng = np.random.Generator(np.random.PCG64(SEED))
    tastes = simulated_tastes(films, N_VIEWERS, rng)
    ratings = simulated_ratings(films, tastes, rng)
    return DataSet(NAME, CREDIT, ratings, Catalogue.of(film.entry for film in films), Report(files=()))
