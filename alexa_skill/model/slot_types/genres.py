"""Genres: the ids are MovieLens' own names, the synonyms what means the same and nothing more."""

from __future__ import annotations

from alexa_skill.model.slot_types import Value

GENRES = (
    Value("Action", "action"),
    Value("Adventure", "adventure", ("adventures",)),
    Value("Animation", "animation", ("animated", "animations", "cartoon", "cartoons")),
    Value("Children", "children's", ("children", "kids", "kids'", "kid's")),
    Value("Comedy", "comedy", ("comedies",)),
    Value("Crime", "crime", ("crime story", "crime stories")),
    Value("Documentary", "documentary", ("documentaries",)),
    Value("Drama", "drama", ("dramas",)),
    Value("Fantasy", "fantasy", ("fantasies",)),
    Value("Film-Noir", "film noir", ("noir", "noirs", "film noirs", "films noirs")),
    Value("Horror", "horror", ("horrors", "horror story", "horror stories")),
    Value("IMAX", "imax", ("i. max",)),
    Value("Musical", "musical", ("musicals",)),
    Value("Mystery", "mystery", ("mysteries",)),
    Value("Romance", "romance", ("romances", "love story", "love stories")),
    Value("Sci-Fi", "science fiction", ("sci fi", "sci-fi", "scifi", "s. f.")),
    Value("Thriller", "thriller", ("thrillers",)),
    Value("War", "war", ("war story", "war stories")),
    Value("Western", "western", ("westerns", "cowboy")),
)
