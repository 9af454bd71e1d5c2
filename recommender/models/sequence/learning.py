"""How the network learns: everybody's histories, step by step, each asked for the films that come next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Parameters
from recommender.models.item_linear import counted
from recommender.models.ordered import film_factors
from recommender.models.sequence import known, network
from recommender.models.sequence.network import PAUSES, Network
from recommender.models.walks import Walk, walks
from recommender.neural_extra import lent_torch, set_rate

AT_ONCE = 32  # people, of about the same length of history
MIXED = 0.15  # how far, in the logarithm, lengths of one group differ by chance, so that it is another group in every epoch
DECAY, LONGEST_STEP = 0.01, 1.0  # of weights, and of a gradient
N_DIRECTIONS = 64  # of who has rated what, from which the films' vectors begin
DAY = 86_400
N_PERIODS = 40  # with recency_mask: of equally many ratings, for each of which it is known what was watched just before
LEAST_VOTES = 0.5  # of a film that nobody has watched lately
LATELY = 0.5  # how much of what a film starts from is what was watched lately, before anything is learned


@dataclass(frozen=True, slots=True)
class Group:
    """Histories side by side, longest first. lengths: how many steps each has; what stands behind them means nothing.

    All else: shape (people, steps). places, likes, pauses: as of `network.Inputs`. counts: what each film counts as one to come.
    rated_at: seconds since 1970.
    """

    places: NDArray[np.int64]
    likes: NDArray[np.float32]
    pauses: NDArray[np.int64]
    counts: NDArray[np.float64]
    rated_at: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Watched(NamedTuple):
    """What everybody watched lately, at several times. begins: of each period, in seconds since 1970.

    before: shape (periods + 1, n_films), the logarithm of how much each film had been watched lately when the period began, with a mean of
    0; the last is of now: after the last of all ratings.
    """

    begins: NDArray[np.int64]
    before: NDArray[np.float32]


def learn(matrix: RatingMatrix, columns: NDArray[np.int32], parameters: Parameters) -> Network:
    """The network over these films; where nobody has rated two of them there is nothing to learn, and all films are alike."""
    rng = np.random.default_rng(int(parameters["seed"]))
    with lent_torch("sequence", seed=int(parameters["seed"])) as torch:
        histories = [
            walk for walk in (known(each, columns) for each in walks(matrix, int(parameters["most_ratings"]), rng)) if len(walk) > 1
        ]
        if not histories:
            return _nothing(len(columns), int(parameters["n_factors"]), int(parameters["hidden_dimension"]))
        learning = _Learning(torch, matrix, columns, histories, parameters)
        n_epochs = int(parameters["n_epochs"])
        for epoch in range(n_epochs):
            for done, group in _groups(histories, parameters["liking"], rng):
                learning.learn_from(group, (epoch + done) / n_epochs)
        return learning.network()


class _Learning:
    """The weights while they are learned, and the optimiser (AdamW)."""

    def __init__(
        self, torch: Any, matrix: RatingMatrix, columns: NDArray[np.int32], histories: Sequence[Walk], parameters: Parameters
    ) -> None:
        n_films, n_factors, hidden = len(columns), int(parameters["n_factors"]), int(parameters["hidden_dimension"])
        self._torch, self._parameters = torch, parameters
        self._directions = torch.tensor(film_factors(matrix, columns, N_DIRECTIONS), dtype=torch.float32)
        counts = np.log1p(np.bincount(np.concatenate([walk.columns for walk in histories]), minlength=n_films))
        self._own = torch.nn.Parameter(0.02 * torch.randn(n_films, n_factors))
        self._turned = torch.nn.Linear(self._directions.shape[1], n_factors, bias=False)
        self._watched = _watched(matrix, columns, parameters) if parameters["recency_mask"] else None
        share = LATELY if self._watched else 0.0
        self._base = torch.nn.Parameter(torch.tensor((1 - share) * (counts - counts.mean()), dtype=torch.float32))
        self._lately = torch.nn.Parameter(torch.full((1,), share))
        self._liking = torch.nn.Parameter(torch.zeros(n_factors))
        self._pauses = torch.nn.Parameter(torch.zeros(len(PAUSES) + 1, n_factors))
        self._gru = torch.nn.GRU(n_factors, hidden, batch_first=True)
        self._output = torch.nn.Linear(hidden, n_factors)
        modules = (self._turned, self._gru, self._output)
        self._weights = [
            self._own,
            self._base,
            self._lately,
            self._liking,
            self._pauses,
            *(each for module in modules for each in module.parameters()),
        ]
        self._optimiser = torch.optim.AdamW(self._weights, lr=parameters["learning_rate"], weight_decay=DECAY)
        n_targets = max(1, round(parameters["target_steps"] * 5 / 3))  # those beyond would count less than a fifth
        self._nearness = np.exp(-np.arange(n_targets) / parameters["target_steps"])

    def learn_from(self, group: Group, done: float) -> None:
        """Truncated back-propagation through time: the state goes on from one stretch of `bptt` steps to the next, errors do not go back.

        done: how much of the learning is done, 0 to 1.
        """
        torch, bptt = self._torch, int(self._parameters["bptt"])
        set_rate(self._optimiser, self._parameters["learning_rate"], done)
        state = torch.zeros(1, len(group.lengths), self._gru.hidden_size)
        for first in range(0, int(group.lengths[0]) - 1, bptt):
            n_people = int(np.sum(group.lengths - 1 > first))  # the others are at their end
            steps = slice(first, min(first + bptt, int(group.lengths[0]) - 1))
            loss, state = self._loss(group, n_people, steps, state[:, :n_people].contiguous())
            self._optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._weights, LONGEST_STEP)
            self._optimiser.step()

    def _loss(self, group: Group, n_people: int, steps: slice, state: Any) -> tuple[Any, Any]:
        """Of these steps of the first people, and the state after them: cross entropy over all films, of every film to come near."""
        torch, dropout = self._torch, self._parameters["dropout"]
        films = self._films()
        likes = torch.from_numpy(group.likes[:n_people, steps])[..., None]
        said = films[torch.from_numpy(group.places[:n_people, steps])] + likes * self._liking
        said = said + self._pauses[torch.from_numpy(group.pauses[:n_people, steps])]
        states, state = self._gru(torch.dropout(said, dropout, True), state)
        at = np.arange(steps.start, steps.stop)
        person, step = np.nonzero(at < group.lengths[:n_people, np.newaxis] - 1)
        asked = torch.dropout(self._output(states[torch.from_numpy(person), torch.from_numpy(step)]), dropout, True)
        logits = asked @ films.T + self._base
        if self._watched is not None:
            period = np.searchsorted(self._watched.begins, group.rated_at[person, at[step]], side="right") - 1
            logits = logits + self._lately * torch.from_numpy(self._watched.before[period])
        ahead = at[step][:, np.newaxis] + 1 + np.arange(len(self._nearness))
        is_there = ahead < group.lengths[person][:, np.newaxis]
        aims = person[:, np.newaxis], np.where(is_there, ahead, 0)
        weights = is_there * self._nearness * group.counts[aims]
        missed = torch.logsumexp(logits, dim=1, keepdim=True) - torch.gather(logits, 1, torch.from_numpy(group.places[aims]))
        weigh = torch.tensor(weights, dtype=torch.float32)
        return (missed * weigh).sum() / weigh.sum(), state.detach()

    def _films(self) -> Any:
        return self._turned(self._directions) + self._own

    def network(self) -> Network:
        """What was learned so far."""
        gru, output = self._gru, self._output
        base = self._base if self._watched is None else self._base + self._lately * self._torch.from_numpy(self._watched.before[-1])
        return Network(
            films=_array(self._films()),
            base=_array(base),
            liking=_array(self._liking),
            pauses=_array(self._pauses),
            from_input=_array(gru.weight_ih_l0),
            from_state=_array(gru.weight_hh_l0),
            input_base=_array(gru.bias_ih_l0),
            state_base=_array(gru.bias_hh_l0),
            output=_array(output.weight),
            output_base=_array(output.bias),
        )


def _array(tensor: Any) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32).copy()


def _watched(matrix: RatingMatrix, columns: NDArray[np.int32], parameters: Parameters) -> Watched | None:
    """By votes of which a half is left after `half_life_days`; None where all are of one time, so that nothing is lately."""
    begins = np.unique(np.quantile(matrix.rated_at, np.arange(N_PERIODS) / N_PERIODS, method="higher")).astype(np.int64)
    if matrix.rated_at.min() == matrix.latest:
        return None
    found = []
    for now in (*begins.tolist(), matrix.latest + 1):
        earlier = matrix.rated_at < now
        left = 0.5 ** ((now - matrix.rated_at[earlier].astype(np.int64)) / (parameters["half_life_days"] * DAY))
        votes = np.log(np.bincount(matrix.columns[earlier], weights=left, minlength=matrix.n_movies)[columns] + LEAST_VOTES)
        found.append(votes - votes.mean())
    return Watched(begins, np.array(found, dtype=np.float32))


def _groups(histories: Sequence[Walk], liking: float, rng: np.random.Generator) -> Iterator[tuple[float, Group]]:
    """Everybody once, in groups of about one length, in another order each time; with each the share that went before."""
    lengths = np.array([len(walk) for walk in histories])
    order = np.argsort(-(np.log(lengths) + rng.normal(0, MIXED, len(lengths))), kind="stable")
    groups = [order[first : first + AT_ONCE] for first in range(0, len(order), AT_ONCE)]
    for n_before, at in enumerate(rng.permutation(len(groups)).tolist()):
        members = groups[at][np.argsort(-lengths[groups[at]], kind="stable")]
        yield n_before / len(groups), _group([histories[member] for member in members.tolist()], liking)


def _group(members: Sequence[Walk], liking: float) -> Group:
    lengths = np.array([len(walk) for walk in members])
    shape = len(members), int(lengths[0])
    group = Group(
        np.zeros(shape, np.int64),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.int64),
        np.zeros(shape),
        np.zeros(shape, np.int64),
        lengths,
    )
    for row, walk in enumerate(members):
        of_walk = network.inputs(walk)
        group.places[row, : len(walk)], group.likes[row, : len(walk)], group.pauses[row, : len(walk)] = of_walk
        group.counts[row, : len(walk)] = counted(walk.half_stars, liking)
        group.rated_at[row, : len(walk)] = walk.rated_at
    return group


def _nothing(n_films: int, n_factors: int, hidden: int) -> Network:
    def zeros(*shape: int) -> NDArray[np.float32]:
        return np.zeros(shape, dtype=np.float32)

    return Network(
        films=zeros(n_films, n_factors),
        base=zeros(n_films),
        liking=zeros(n_factors),
        pauses=zeros(len(PAUSES) + 1, n_factors),
        from_input=zeros(3 * hidden, n_factors),
        from_state=zeros(3 * hidden, hidden),
        input_base=zeros(3 * hidden),
        state_base=zeros(3 * hidden),
        output=zeros(n_factors, hidden),
        output_base=zeros(n_factors),
    )
