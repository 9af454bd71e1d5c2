"""How the network learns: everybody is looked at on several visits; what they like next is a yes, what they do not like and others a no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.models import Parameters
from recommender.models.classifier.network import Network
from recommender.models.classifier.person import N_MEANS, N_NUMBERS, mean_weights, numbers
from recommender.models.traits import FIRST_KNOT, N_KNOTS, YEAR_STEP, Traits
from recommender.models.walks import Walk, walks
from recommender.neural_extra import lent_torch, set_rate

AT_ONCE = 64  # visits
DECAY = 0.02  # of weights
YEARS, TAGS = 1.5, 0.5  # what ten years, and all tags, weigh beside one genre in what a film's vector begins with
USUAL_STARS, DOUBT, STARS_SPREAD = 3.3, 5, 0.5  # of a film: what its mean is drawn towards, by so many ratings, and told in units of
FLATTER = 0.75  # power of a film's raters by which it is drawn: as in word2vec


class Visit(NamedTuple):
    """Somebody at one time. before: what they had rated. seen: all columns that they have ever rated. next: what they rate next."""

    before: Walk
    seen: NDArray[np.int32]
    next: Walk


class Wanted(NamedTuple):
    """What is right, shape (visits, films): is_yes, and how much each counts; 0 where nobody can tell. columns: the films."""

    columns: NDArray[np.int64]
    is_yes: NDArray[np.float32]
    counts: NDArray[np.float32]


def learn(matrix: RatingMatrix, films: Catalogue, parameters: Parameters) -> Network:
    """The network over all films; without a rating there is nothing to learn, and nothing is likelier than anything."""
    rng = np.random.default_rng(int(parameters["seed"]))
    with lent_torch("classifier", seed=int(parameters["seed"])) as torch:
        learning = _Learning(torch, matrix, films, parameters)
        histories = [walk for walk in walks(matrix, int(parameters["most_ratings"]), rng) if len(walk) > 1]
        n_epochs = int(parameters["n_epochs"])
        for epoch in range(n_epochs if histories else 0):
            order = rng.permutation(np.repeat(np.arange(len(histories)), int(parameters["n_visits"])))
            for first in range(0, len(order), AT_ONCE):
                visits = [_visit(histories[at], parameters, rng) for at in order[first : first + AT_ONCE].tolist()]
                learning.learn_from(visits, rng, (epoch + first / len(order)) / n_epochs)
        return learning.network()


def _visit(walk: Walk, parameters: Parameters, rng: np.random.Generator) -> Visit:
    """At a time drawn at random, after the first rating and before the last."""
    now = int(rng.integers(1, len(walk)))
    before = slice(max(0, now - int(parameters["longest_history"])), now)
    return Visit(walk.at(before), walk.columns, walk.at(slice(now, now + int(parameters["n_ahead"]))))


class _Learning:
    """The weights while they are learned, and the optimiser (AdamW)."""

    def __init__(self, torch: Any, matrix: RatingMatrix, films: Catalogue, parameters: Parameters) -> None:
        n_movies, n_factors, hidden = matrix.n_movies, int(parameters["n_factors"]), int(parameters["hidden_dimension"])
        self._torch, self._parameters = torch, parameters
        self._kinds, self._raters = _kinds(films), _scaled(np.log1p(matrix.raters))
        self._kinds_tensor = torch.from_numpy(self._kinds)
        self._standing = torch.from_numpy(np.stack([self._raters, _stars(matrix)], axis=1))
        traits = Traits.of_films(films, years=YEARS, tags=TAGS, knots=True).unit()
        self._traits = [torch.from_numpy(each) for each in (traits.places, traits.starts[:-1].copy(), traits.values.astype(np.float32))]
        nn = torch.nn
        self._own = nn.Parameter(0.05 * torch.randn(n_movies, n_factors))
        self._of_traits = nn.Parameter(0.1 * torch.randn(traits.n, n_factors))
        self._base = nn.Parameter(torch.zeros(n_movies))
        n_kinds = self._kinds.shape[1]
        self._person = nn.Linear(N_MEANS * n_factors + 2 * n_kinds + N_NUMBERS, hidden)
        self._tower, self._into = nn.Linear(hidden, n_factors), nn.Linear(hidden, hidden)
        self._beside = nn.Linear(n_factors + 2 + n_kinds, hidden, bias=False)
        self._out, self._by_standing = nn.Linear(hidden, 1), nn.Linear(2, 1, bias=False)
        layers = (self._person, self._tower, self._into, self._beside, self._out, self._by_standing)
        weights = [self._own, self._of_traits, self._base, *(each for layer in layers for each in layer.parameters())]
        self._optimiser = torch.optim.AdamW(weights, lr=parameters["learning_rate"], weight_decay=DECAY)
        by_raters = (matrix.raters + 1.0) ** FLATTER
        self._odds = 0.5 / max(n_movies, 1) + 0.5 * by_raters / by_raters.sum()
        self._n_drawn = int(parameters["n_drawn"])
        # A film drawn more often than others is less of a no; this takes it off again.
        drawn = -np.expm1(self._n_drawn * np.log1p(-np.minimum(self._odds, 1 - 1e-9)))
        self._too_often = torch.tensor(np.log(drawn / drawn.mean()), dtype=torch.float32)

    def learn_from(self, visits: Sequence[Visit], rng: np.random.Generator, done: float) -> None:
        """One step. done: how much of the learning is done, 0 to 1."""
        torch, dropout = self._torch, self._parameters["dropout"]
        set_rate(self._optimiser, self._parameters["learning_rate"], done)
        wanted = self._wanted(visits, rng)
        films = torch.dropout(self._films(), dropout, True)
        columns = torch.from_numpy(wanted.columns)
        person = torch.dropout(torch.relu(self._person(self._told([visit.before for visit in visits], films))), dropout, True)
        logits = self.logits(person, films, columns) - self._too_often[columns]
        missed = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(wanted.is_yes), reduction="none")
        self._optimiser.zero_grad()
        ((missed * torch.from_numpy(wanted.counts)).sum() / len(visits)).backward()
        self._optimiser.step()

    def logits(self, person: Any, films: Any, columns: Any) -> Any:
        """Of p(yes), shape (people, columns). person: the person's layer."""
        torch = self._torch
        standing = self._standing[columns]
        beside = self._beside(torch.cat([films[columns], standing, self._kinds_tensor[columns]], dim=1))
        both = torch.relu(self._into(person)[:, None] + beside[None])
        return self._out(both)[..., 0] + self._tower(person) @ films[columns].T + self._base[columns] + self._by_standing(standing)[:, 0]

    def _wanted(self, visits: Sequence[Visit], rng: np.random.Generator) -> Wanted:
        """Of each visit yes and no count one together, in even shares; one where nothing is liked next counts nothing."""
        drawn = rng.choice(len(self._odds), self._n_drawn, p=self._odds)
        columns = np.unique(np.concatenate([drawn, *(visit.next.columns for visit in visits)]))
        is_drawn = np.isin(columns, drawn)
        is_yes, counts = (np.zeros((len(visits), len(columns)), dtype=np.float32) for _ in range(2))
        for row, visit in enumerate(visits):
            others = is_drawn & ~np.isin(columns, visit.seen)
            is_liked = visit.next.half_stars >= 2 * self._parameters["liked_stars"]
            liked, disliked = (np.searchsorted(columns, visit.next.columns[kind]) for kind in (is_liked, ~is_liked))
            if not len(liked):
                continue
            share = self._parameters["disliked_share"] if len(disliked) else 0.0
            is_yes[row, liked] = 1
            counts[row, others] = (1 - share) / max(int(others.sum()), 1)
            counts[row, disliked] = share / max(len(disliked), 1)
            counts[row, liked] = 1 / len(liked)
        return Wanted(columns, is_yes, counts)

    def _told(self, histories: Sequence[Walk], films: Any) -> Any:
        """What the person's layer takes of each, as `Network` works it out for one."""
        torch = self._torch
        people = torch.from_numpy(np.repeat(np.arange(len(histories)), [len(walk) for walk in histories]))
        columns = torch.from_numpy(np.concatenate([walk.columns for walk in histories]).astype(np.int64))
        weights = torch.from_numpy(np.concatenate([mean_weights(walk) for walk in histories], axis=1))

        def means(values: Any, n: int) -> list[Any]:
            nothing = torch.zeros(len(histories), values.shape[1])
            return [nothing.index_add(0, people, values[columns] * weights[kind][:, None]) for kind in range(n)]

        own = torch.from_numpy(np.stack([numbers(walk, self._raters) for walk in histories]))
        return torch.cat([*means(films, N_MEANS), *means(self._kinds_tensor, 2), own], dim=1)

    def _films(self) -> Any:
        places, starts, values = self._traits
        by_traits = self._torch.nn.functional.embedding_bag(places, self._of_traits, starts, mode="sum", per_sample_weights=values)
        return self._own + by_traits

    def network(self) -> Network:
        """What was learned so far."""
        with self._torch.no_grad():
            films = self._films()
            beside = self._beside(self._torch.cat([films, self._standing, self._kinds_tensor], dim=1))
            base = self._base + self._by_standing(self._standing)[:, 0] + self._out.bias
        return Network(
            films=_array(films),
            kinds=self._kinds,
            raters=self._raters,
            beside=_array(beside),
            base=_array(base),
            person=_array(self._person.weight),
            person_base=_array(self._person.bias),
            tower=_array(self._tower.weight),
            tower_base=_array(self._tower.bias),
            into=_array(self._into.weight),
            into_base=_array(self._into.bias),
            out=_array(self._out.weight[0]),
        )


def _array(tensor: Any) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32).copy()


def _kinds(films: Catalogue) -> NDArray[np.float32]:
    """Each film's genres, and its year dealt out to the two nearest of N_KNOTS; shape (n_movies, n_genres + N_KNOTS)."""
    genres = films.genre_table()[1]
    found = np.zeros((len(films), genres.shape[1] + N_KNOTS), dtype=np.float32)
    found[:, : genres.shape[1]] = genres
    known = np.flatnonzero(films.years > 0)
    at = np.clip((films.years[known] - FIRST_KNOT) / YEAR_STEP, 0, N_KNOTS - 1.001)
    below = at.astype(np.int64)
    found[known, genres.shape[1] + below] = 1 - (at - below)
    found[known, genres.shape[1] + below + 1] = at - below
    return found


def _stars(matrix: RatingMatrix) -> NDArray[np.float32]:
    """Each film's mean stars, those of few raters drawn towards USUAL_STARS."""
    sums = np.bincount(matrix.columns, weights=matrix.half_stars / 2, minlength=matrix.n_movies)
    return (((sums + DOUBT * USUAL_STARS) / (matrix.raters + DOUBT) - USUAL_STARS) / STARS_SPREAD).astype(np.float32)


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """With a mean of 0 and a spread of 1; all 0 where they are alike."""
    spread = float(values.std()) if len(values) else 0.0
    return ((values - values.mean()) / spread if spread > 0 else np.zeros(len(values))).astype(np.float32)
