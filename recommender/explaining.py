"""What one film's score for one person is made of, in words: the arithmetic behind the reasons."""

from __future__ import annotations

import numpy as np

from recommender.domain import LONGEST_LIST, NO_WISHES, Explanation, Explored, ScorePart, UserId, Wishes
from recommender.lists import Taste, make_wished
from recommender.models import Additive
from recommender.models.parts import BASE, CONTENT, EXPLORATION, NEIGHBOUR, OWN, POPULARITY, REMAINDER, Part, Parts
from recommender.publication import Published

_SENTENCES = {
    BASE: "Where every film starts.",
    POPULARITY: "How much everybody likes or watches it.",
    EXPLORATION: "Added to find out whether you like films of this kind.",
    REMAINDER: "What this model cannot take apart.",
}


def explain(user_id: UserId, taste: Taste, published: Published, column: int, wishes: Wishes = NO_WISHES) -> Explanation:
    """The film's score for the person, as the list that they wish for would have it, and its parts.

    Who has rated nothing is scored as their list is made: by what is well liked. A film that the list explores without the model having
    a score for it starts from the neutral one.
    """
    model = published.model if len(taste.history) and published.model.is_personal else published.popular
    score = float(model.score(taste.history)[column])
    parts = () if np.isnan(score) else _parts(model, taste, column, score)
    said = [_in_words(part, taste, published, column) for part in parts]
    explored = _explored(user_id, taste, published, column, wishes)
    if explored:
        if np.isnan(score):
            score = model.neutral
            said = [ScorePart(BASE, score, _SENTENCES[BASE])]
        score += explored.amount
        said.append(ScorePart(EXPLORATION, explored.amount, f"Added to try it. {explored.text}"))
    return Explanation(
        user_id,
        published.catalogue.movie(column),
        taste.rev,
        published.version,
        published.generation,
        model.recipe,
        None if np.isnan(score) else round(score, 6),
        tuple(said),
    )


def _explored(user_id: UserId, taste: Taste, published: Published, column: int, wishes: Wishes) -> Explored | None:
    """What the film tests in the list that is wished for; None where it stands there by itself, or not at all.

    A longer list begins with the shorter, so that the longest there is tells for all.
    """
    if not wishes.explore:
        return None
    movie_id = published.catalogue.movie_ids[column]
    made = make_wished(user_id, taste, published, LONGEST_LIST, wishes)
    return next((line.explored for line in made.movies if line.explored and line.movie.movie_id == movie_id), None)


def _parts(model: object, taste: Taste, column: int, score: float) -> Parts:
    if isinstance(model, Additive):
        return model.explain(taste.history, np.array([column]))[0]
    return (Part(REMAINDER, score),)


def _in_words(part: Part, taste: Taste, published: Published, column: int) -> ScorePart:
    if part.column is not None:
        movie = published.catalogue.movie(part.column)
        given = taste.history.half_stars[np.searchsorted(taste.history.columns, part.column)] / 2
        text = f"Your {_stars(given)} for {movie.title}."
        return ScorePart(
            part.kind, part.amount, text if part.kind == OWN else f"It is like {movie.title}, which you gave {_stars(given)}.", movie
        )
    if part.kind == NEIGHBOUR and part.row is not None:
        given = published.matrix.rating_of(part.row, column) / 2
        return ScorePart(part.kind, part.amount, f"Somebody of like taste gave it {_stars(given)}." if given else "Somebody of like taste.")
    if part.kind == CONTENT:
        return ScorePart(part.kind, part.amount, "Its genres, year and tags.")
    return ScorePart(part.kind, part.amount, _SENTENCES.get(part.kind, "All the others together."))


def _stars(stars: float) -> str:
    return "1 star" if stars == 1 else f"{stars:g} stars"
