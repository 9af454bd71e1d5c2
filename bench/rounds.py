"""All that `python -m bench` can measure, by name. A new measurement is hung in here, in one entry, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import (
    asking,
    endpoint,
    fold_in,
    fold_in_25m,
    growth,
    lists,
    lists_25m,
    load,
    memory,
    page,
    per_film,
    personalize,
    publish,
    put,
    scale,
    search,
    skill,
    swap,
    synthetic,
    turning,
)
from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Given:
    """What every measurement may use. folder: for files of its own, removed at the end. quick: fewer repetitions.

    named: the data set asked for, if one was.
    """

    folder: Path
    quick: bool = False
    named: Path | None = None

    def times(self, otherwise: int, quick: int) -> int:
        """How often: as many as `quick` if few repetitions were asked for."""
        return quick if self.quick else otherwise

    def data(self) -> Path:
        """The data set asked for, or a made-up small one."""
        return self.named or self.shape("100k")

    def shape(self, name: str) -> Path:
        """The data set of a shape of `synthetic.SHAPES` as CSV, written once a run; 25m takes 800 MB of disk."""
        folder = self.folder / f"synthetic-{name}"
        return folder if folder.exists() else synthetic.write_data_set(name, folder)


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement. sentence: what it measures, without a capital or a full stop. long: minutes or millions, so only when asked for.

    peers: whether it runs programs of `.bench-venv`.
    """

    name: str
    sentence: str
    measure: Callable[[Given], list[Figure]]
    long: bool = False
    peers: bool = False


ROUNDS = (
    Round("lists", "everybody's ten films, against libraries", lambda given: lists.measure(runs=given.times(5, 3)), peers=True),
    Round(
        "per-film",
        "lists by neighbours film by film, against LensKit",
        lambda given: per_film.measure(given.data(), given.folder, people=given.times(100, 30)),
        peers=True,
    ),
    Round(
        "fold-in",
        "from a rating to the new list, in the process",
        lambda given: fold_in.measure(given.data(), times=given.times(1000, 200)),
    ),
    Round("put", "from a rating to the new list, over loopback", lambda given: put.measure(given.data(), times=given.times(1000, 200))),
    Round(
        "endpoint",
        "a list as JSON and as a page, against hello world",
        lambda given: endpoint.measure(given.data(), rounds=given.times(15, 3)),
    ),
    Round(
        "page",
        "a page out of nginx's cache, against the same without it",
        lambda given: page.measure(given.data(), given.folder / "page", rounds=given.times(10, 3), times=given.times(800, 320)),
    ),
    Round(
        "skill",
        "the Echo's first and next answers",
        lambda given: skill.measure(given.folder, times=given.times(15, 5), turns=given.times(2000, 500)),
    ),
    Round("search", "finding a film by what is typed", lambda given: search.measure(times=given.times(2000, 500))),
    Round("asking", "what newcomers are asked first", lambda given: asking.measure(given.data()), long=True),
    Round("turning", "what exploration and the dials do to lists", lambda given: turning.measure(given.data()), long=True),
    Round(
        "personalize",
        "signed requests for lists, and from an event to the next list",
        lambda given: personalize.measure(given.data(), rounds=given.times(15, 3), events=given.times(300, 100)),
        long=True,
    ),
    Round(
        "lists-25m",
        "everybody's ten films with 25 million ratings, with and without a kernel, against libraries",
        lambda given: lists_25m.measure(given.times(640, 256), quick=given.quick),
        long=True,
        peers=True,
    ),
    Round(
        "memory",
        "what four workers take, with 25 million ratings (a million with --quick)",
        lambda given: memory.measure("1m" if given.quick else "25m", given.folder, people=given.times(200, 60)),
        long=True,
    ),
    Round(
        "swap",
        "mapping a model, and requests while it is swapped, with 25 million ratings (a million with --quick)",
        lambda given: swap.measure("1m" if given.quick else "25m", given.folder),
        long=True,
    ),
    Round("load", "25 million ratings of CSV to a published model", lambda given: load.figures(given.shape("25m")), long=True),
    Round(
        "publish",
        "everybody's lists put and put again, while somebody rates",
        lambda given: publish.measure(given.folder, n_lists=given.times(publish.EVERYBODY, 20_000)),
        long=True,
    ),
    Round(
        "per-film-25m",
        "lists by neighbours film by film, against LensKit, with 25 million ratings",
        lambda given: per_film.measure_millions(given.folder, people=given.times(40, 10)),
        long=True,
        peers=True,
    ),
    Round(
        "fold-in-25m",
        "one person's list from 25 million ratings, in the process, from scratch and after a rating",
        lambda given: fold_in_25m.measure(given.times(1000, 200)),
        long=True,
    ),
    Round(
        "put-25m",
        "from a rating to the new list, over loopback, with 25 million ratings",
        lambda given: put.measure(given.shape("25m"), times=given.times(1000, 200), limit=put.LIMIT_OF_MILLIONS),
        long=True,
    ),
    Round(
        "growth",
        "how cost grows from 100,000 ratings to a million and to 25 million",
        lambda given: growth.measure(given.shape, given.folder, growth.SHAPES[: given.times(3, 2)]),
        long=True,
    ),
    Round(
        "scale",
        "one list among a million",
        lambda given: scale.measure(given.folder, many=given.times(1_000_000, 100_000), reads=given.times(10_000, 2_000)),
        long=True,
    ),
)


def chosen(names: list[str], *, long: bool) -> list[Round]:
    """The rounds of these names, in their order here; without names all that are quick, and the long ones where asked for."""
    return [each for each in ROUNDS if (each.name in names if names else long or not each.long)]


def described() -> str:
    """A line for each, for the help."""
    return "\n".join(f"  {each.name:<12} {each.sentence}{' (long)' * each.long}" for each in ROUNDS)
