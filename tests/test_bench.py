"""The benchmarks' own promises: the data have the shape they claim, and unlike lists are never timed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from bench import growth, kept, lists, memory, own_lists, peers, per_film, publish, scale, synthetic, version
from bench.__main__ import main
from bench.figures import Figure, MismatchError, Spread, spread, table
from bench.lists import compare
from bench.model_pages import block
from bench.rounds import ROUNDS, Given, Round, chosen
from recommender import publication
from recommender.models import History
from recommender.models.user_cosine import UserCosine
from recommender.models.user_knn import UserKnn
from recommender.publication import InForce
from recommender.ranking import top_k
from recommender.storage.profiles.records import to_json
from recommender.storage.profiles.sqlite import SqliteProfiles
from tests.worlds import matrix_of, random_ratings, rating

COLUMNS = np.array([[4, 7, 9], [1, 2, 3]])
SCORES = np.array([[4.5, 4.0, 3.5], [4.2, 4.1, 4.0]])
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def test_made_up_ratings_have_the_size_of_movielens_and_are_the_same_each_time():
    ratings = synthetic.ratings("100k")
    again = synthetic.ratings("100k")

    assert len(ratings) == 100_836
    assert np.bincount(ratings.user_ids)[1:].min() >= synthetic.LEAST
    assert len(np.unique(ratings.user_ids.astype(np.int64) * 10_000 + ratings.movie_ids)) == len(ratings)
    assert set(np.unique(ratings.half_stars)) == set(range(1, 11))
    assert all(np.array_equal(getattr(ratings, name), getattr(again, name)) for name in ("user_ids", "movie_ids", "half_stars", "rated_at"))


def test_equal_lists_are_equal():
    compare((COLUMNS, SCORES), (COLUMNS, SCORES + 1e-9), "the peer")


def test_another_film_that_ties_with_the_last_is_no_difference():
    other = COLUMNS.copy()
    other[0, 2] = 11

    compare((COLUMNS, SCORES), (other, SCORES), "the peer")


@pytest.mark.parametrize(
    ("columns", "scores"),
    [
        ([[4, 8, 9], [1, 2, 3]], SCORES),  # another film in the middle, at the same score
        ([[7, 4, 9], [1, 2, 3]], SCORES),  # two films changed places
        (COLUMNS, SCORES + np.array([[0, 0, 0.001], [0, 0, 0]])),
        (COLUMNS[:, :2], SCORES[:, :2]),
        (COLUMNS, SCORES + np.array([[0, 0, np.nan], [0, 0, 0]])),
    ],
)
def test_unlike_lists_stop_the_measurement(columns, scores):
    with pytest.raises(MismatchError, match="the peer"):
        compare((COLUMNS, SCORES), (np.array(columns), scores), "the peer")


def test_where_the_last_neighbour_ties_with_another_the_list_may_be_another():
    other = SCORES.copy()
    other[1, 2] = 3.9

    compare((COLUMNS, SCORES), (COLUMNS, other), "the peer", np.array([False, True]))

    with pytest.raises(MismatchError, match="1 of 2 lists differ from those of the peer, first in row 1"):
        compare((COLUMNS, SCORES), (COLUMNS, other), "the peer", np.array([True, False]))


def test_lists_of_some_people_are_those_of_everybodys_and_are_scaled_to_everybody(tmp_path, monkeypatch, capsys):
    ratings = {name: getattr(synthetic.ratings("100k"), name) for name in ("user_ids", "movie_ids", "half_stars", "rated_at")}
    np.savez(tmp_path / "ratings.npz", **ratings)
    np.save(tmp_path / "people.npy", np.array([3, 580]))
    for name, options in (("all", []), ("some", ["--people"]), ("sampled", ["--sample", "--people"])):
        people = [str(tmp_path / "people.npy")] if options else []
        own_lists.main([str(tmp_path / "ratings.npz"), str(tmp_path / f"{name}.npz"), "--neighbours", "7", *options, *people])
        told = json.loads(capsys.readouterr().out)
        assert told["cpu_seconds"] > 0
        assert 20 < told["megabytes"] < 20_000

    everybodys, some, sampled = (np.load(tmp_path / f"{name}.npz") for name in ("all", "some", "sampled"))
    for name in ("columns", "scores"):
        np.testing.assert_array_equal(everybodys[name][[3, 580]], some[name])
        np.testing.assert_array_equal(some[name], sampled[name])
    assert not some["tied"].any()


def test_panels_that_are_passed_are_counted_by_one_that_meets(monkeypatch):
    class Everybody:
        at, spent = 0, 0.0
        is_done = property(lambda self: self.at == own_lists.FIRST + 3 * own_lists.EVERY)

        def pass_panel(self):
            self.at += 1

        def meet_panel(self):
            self.at, self.spent = self.at + 1, self.spent + 2.5

    everybody = Everybody()
    monkeypatch.setattr(own_lists.time, "process_time", lambda: everybody.spent)

    assert own_lists._panels(everybody) == 2.5 * (own_lists.FIRST + 3 * own_lists.EVERY)
    assert everybody.spent == 2.5 * (own_lists.FIRST + 3)


def test_a_tie_of_the_last_neighbour_is_noticed():
    alike = matrix_of([rating(user, movie, 3.0) for user in range(1, 6) for movie in (1, 2)])

    assert own_lists._tied(UserCosine.fit(alike, {"n_neighbours": 2}), 0)
    assert not own_lists._tied(UserCosine.fit(alike, {"n_neighbours": 4}), 0)


def test_a_store_that_gives_another_persons_list_is_not_timed(tmp_path):
    profiles = SqliteProfiles(tmp_path / "profiles.sqlite3")
    records = list(scale._records(3, scale.made_up_lists()))
    profiles.keep_lists([records[0], replace(records[1], built_at=3.0)])

    assert scale._read(profiles, 1) > 0
    for user_id in (2, 3):  # of another, and none
        with pytest.raises(MismatchError, match=f"for {user_id}"):
            scale._read(profiles, user_id)
    profiles.close()


def test_lists_that_are_timed_are_as_long_as_those_of_ml_latest_small():
    sizes = [len(to_json(lines).encode()) for lines in scale.made_up_lists()]

    assert np.mean(sizes) == pytest.approx(3_900, rel=0.05)
    assert len({record.movies for record in scale._records(1_000, scale.made_up_lists())}) == 1_000


def test_the_table_says_what_was_promised_and_whether_it_holds():
    lines = table(
        [
            Figure("lists", 3.0, 2.0, "s", "a peer", 2.0),
            Figure("memory", 80.0, 70.0, "MB", "limit"),
            Figure("page", 1.0, 2.0, "ms", "it", None),
        ]
    )

    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
    assert cells[0] == ["what", "ours", "peer or limit", "ratio", "goal", "met"]
    assert cells[2] == ["lists", "3 s", "2 s (a peer)", "1.50", "≤ 2", "yes"]
    assert cells[3][3:] == ["1.14", "≤ 1", "NO"]
    assert cells[4][3:] == ["0.50", "", ""]


def test_a_publication_is_measured_while_somebody_rates(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "ALONE_SECONDS", 0.1)

    cpu, *_, slowest = publish.measure(tmp_path, n_lists=400)

    assert (cpu.against, slowest.unit, slowest.other) == ("all written", "ms", publish.MOST_MILLISECONDS)
    assert slowest.ours > 0


def test_every_measurement_stands_on_the_page_and_in_the_help_with_its_sentence(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out

    for each in ROUNDS:
        assert f"| `{each.name}` | {each.sentence} | {'long' if each.long else '|'}" in PAGE.read_text()
        assert f"{each.name} " in told
        assert each.sentence in told
    assert len({each.name for each in ROUNDS}) == len(ROUNDS)


def test_without_names_the_quick_ones_are_measured_and_the_long_ones_when_asked_for():
    quick = [each.name for each in chosen([], long=False)]

    assert quick[0] == "lists"
    assert "scale" not in quick
    assert [each.name for each in chosen([], long=True)] == [each.name for each in ROUNDS]
    assert [each.name for each in chosen(["scale", "put"], long=False)] == ["put", "scale"]


def test_a_made_up_data_set_is_written_once_a_run_and_a_named_one_is_taken_as_it_is(tmp_path):
    given = Given(tmp_path)
    written = (given.data() / "ratings.csv").stat().st_mtime_ns

    assert (given.shape("100k") / "ratings.csv").stat().st_mtime_ns == written
    assert Given(tmp_path, named=Path("mine")).data() == Path("mine")
    assert (Given(tmp_path, quick=True).times(9, 2), given.times(9, 2)) == (2, 9)


def test_a_made_up_version_is_in_force_and_can_be_put_in_force_again(tmp_path):
    blobs = version.publish("100k", tmp_path)
    first = InForce(blobs).published()
    publication.put_in_force(blobs, "second", *version.draft(first, tmp_path))

    assert (first.version, first.matrix.n_ratings, len(first.catalogue)) == ("first", 100_836, 9_724)
    assert InForce(blobs).published().version == "second"


def test_memory_is_told_by_what_is_shared():
    found = memory.of_process(os.getpid())

    assert 0 < found["private"] <= found["Pss"] <= found["private"] + found["shared"]
    assert found["Pss_Anon"] + found["Pss_File"] <= found["Pss"] + 1


def test_unlike_lists_and_missing_peers_end_the_run_in_words(capsys, monkeypatch):
    def unlike(given):
        raise MismatchError("3 of 7 lists differ.")

    monkeypatch.setattr("bench.__main__.chosen", lambda names, long: [Round("lists", "it", unlike)])
    assert main(["lists"]) == 1
    assert "lists: 3 of 7 lists differ.\nNo time is told of what is not the same." in capsys.readouterr().err

    monkeypatch.setattr("bench.__main__.chosen", lambda names, long: [Round("lists", "it", unlike, peers=True)])
    monkeypatch.setattr(peers, "PYTHON", Path("nowhere/python"))
    assert main(["lists"]) == 1
    assert "there is no nowhere/python. `make bench` installs them." in capsys.readouterr().err


def _neighbours() -> tuple[UserKnn, int, np.ndarray, np.ndarray]:
    """A model in which no two similarities are the same, a person, their list and its stars."""
    matrix = matrix_of(random_ratings(np.random.default_rng(2), n_users=150, n_movies=80))
    model = UserKnn.fit(matrix, {"n_neighbours": per_film.NEIGHBOURS, "least_neighbours": per_film.LEAST_NEIGHBOURS})
    seen = np.zeros(80, dtype=bool)
    seen[matrix.row(3)[0]] = True
    scores = model.score(History.of_row(matrix, 3))
    return model, 3, top_k(scores, per_film.LENGTH, exclude=seen), scores


def test_lists_film_by_film_are_compared_with_their_stars():
    model, row, columns, scores = _neighbours()
    films, stars = columns.astype(np.int32), scores[columns] + 1e-6

    assert per_film.compare(model, row, columns, scores, films, stars)
    for other_films, other_stars in (
        (films, stars + np.array([0.001, *[0.0] * 9])),
        (films[:-1], stars[:-1]),
        (np.append(films[:-1], np.int32(np.nanargmin(scores))), stars),
    ):
        with pytest.raises(MismatchError, match="row 3"):
            per_film.compare(model, row, columns, scores, other_films, other_stars)


def test_another_film_of_equal_stars_is_no_difference_film_by_film_either():
    model, row, columns, scores = _neighbours()
    other = next(film for film in range(80) if film not in columns and not np.isnan(scores[film]))
    tied = scores.copy()
    tied[other] = scores[columns[-1]]

    films = np.append(columns[:-1], other).astype(np.int32)
    assert not per_film.compare(model, row, columns, tied, films, tied[films])


def test_the_readme_and_the_page_of_loads_say_what_is_kept():
    releases = kept.releases()

    assert block(kept.README.read_text(), "figures").strip() == kept.in_readme(releases.get(kept.release(), {})), (
        "python -m bench.kept writes it"
    )
    assert block(kept.LOADS.read_text(), "loads").strip() == kept.loads(releases), "python -m bench.kept writes it"
    assert block(kept.LOADS.read_text(), "growth").strip() == kept.growths(releases), "python -m bench.kept writes it"


def test_what_is_measured_again_takes_the_place_of_what_was_kept_and_the_rest_stays(tmp_path):
    one, other = Figure("memory", 80.0, 70.0, "MB", "limit"), Figure("time", 1.0, None, "s", "", None)
    often = [Spread("a put", 1.0, 2.0, 3.0, 4.0, times=1000)]
    then, first = "1 Oct 2026 10:00 UTC, a machine, 2 cores.", "29 Nov 2026 23:59 UTC, a small one, 1 core."
    now = "30 Nov 2026 04:10 UTC, a machine, 2 cores."
    (tmp_path / "0.0.9.json").write_text(json.dumps({"put": {"measured": [then], "figures": [], "spreads": [asdict(often[0])]}}))
    kept.keep({"put": ([other], []), "memory": ([other], [])}, [first], tmp_path)

    kept.keep({"memory": ([one, other], often)}, [now, "more"], tmp_path)

    found = kept.releases(tmp_path)
    assert list(found) == [kept.release(), "0.0.9"]
    assert {name: each["measured"] for name, each in found[kept.release()].items()} == {"put": [first], "memory": [now, "more"]}
    assert kept.in_readme(found[kept.release()]) == table([one]) + "\n\n30 Nov 2026, a machine, 2 cores."
    assert kept.in_readme({}) == "Nothing of it is kept for this release yet."
    assert kept.loads(found).splitlines()[2:] == [
        "| `memory`: a put | 0.1.0 | 1.00 ms | 2.00 ms | 3.00 ms | 4.00 ms | 1,000 | 30 Nov 2026 |",
        "| `put`: a put | 0.0.9 | 1.00 ms | 2.00 ms | 3.00 ms | 4.00 ms | 1,000 | 1 Oct 2026 |",
        "",
        "0.1.0: a machine, 2 cores.",
        "0.0.9: a machine, 2 cores.",
    ]


def test_a_run_keeps_its_figures_and_spreads_when_asked_to(monkeypatch, capsys):
    def measure(given):
        spread("a call", [0.001, 0.002])
        spread("CPU", [0.001], of="a call")
        return [Figure("memory", 1.0, 2.0, "MB", "limit")]

    done = []
    monkeypatch.setattr("bench.__main__.chosen", lambda names, long: [Round("put", "it", measure)])
    monkeypatch.setattr(kept, "keep", lambda measured, provenance: done.append(measured))
    monkeypatch.setattr(kept, "write", lambda: done.append("written"))

    assert main(["put"]) == 0
    assert not done
    assert main(["put", "--keep"]) == 0
    assert done == [
        {
            "put": (
                [Figure("memory", 1.0, 2.0, "MB", "limit")],
                [Spread("a call", 1.5, 1.95, 1.99, 2.0, times=2), Spread("a call: CPU", 1.0, 1.0, 1.0, 1.0, times=1)],
            )
        },
        "written",
    ]


def test_growth_is_told_as_a_power_of_the_ratings():
    assert growth.power([10.0, 20.0, 200.0], [3.0, 12.0, 12.0]) == "2.00, 0.00"

    figures = [
        Figure(f"{what}, peak, {shape} shape", value, None, "MB", "", None)
        for what in ("lists", "model")
        for shape, value in (("100k", 3.0), ("1m", 3.0 * 1_000_209 / 100_836))
    ]
    assert growth.grown(figures).splitlines()[::3] == [
        "| what | 100k | 1m | grows by ratings to the power |",
        "| model, peak | 3 MB | 29.8 MB | 1.00 |",
    ]
    assert kept.growths(
        {"0.1.0": {"growth": {"measured": ["30 Nov 2026 04:10 UTC, a machine."], "figures": [asdict(each) for each in figures]}}}
    ) == (f"Release 0.1.0. 30 Nov 2026, a machine.\n\n{growth.grown(figures)}")


def test_what_cost_grows_with_is_counted_in_the_shape(tmp_path):
    lists.write("100k", tmp_path)
    people, ratings, pairs, products = growth._size(tmp_path / "ratings.npz")

    assert (people, ratings, pairs) == (610, 100_836, 610**2 / 2)
    by_film = np.unique(synthetic.ratings("100k").movie_ids, return_counts=True)[1]
    assert products == sum(int(raters) ** 2 for raters in by_film) / 2
