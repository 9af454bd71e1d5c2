"""Decades: the id is their first year. The twenties are those of the silent films; this decade has a name of its own."""

from __future__ import annotations

from alexa_skill.model.slot_types import Value

_OF_THE_CENTURY = {
    1920: "twenties",
    1930: "thirties",
    1940: "forties",
    1950: "fifties",
    1960: "sixties",
    1970: "seventies",
    1980: "eighties",
    1990: "nineties",
}


def _decade(year: int, short: str) -> Value:
    digits = f"{year % 100}s"
    forms = (short, f"nineteen {short}", digits, f"{year}s")
    return Value(str(year), f"the {short}", (*forms, *(f"the {form}" for form in forms[1:])))


DECADES = (
    Value("1910", "the nineteen tens", ("nineteen tens", "the 1910s", "1910s")),
    *(_decade(year, short) for year, short in _OF_THE_CENTURY.items()),
    Value("2000", "the two thousands", ("two thousands", "the noughties", "noughties", "the aughts", "aughts", "the 2000s", "2000s")),
    Value(
        "2010",
        "the twenty tens",
        ("twenty tens", "the two thousand tens", "the twenty teens", "twenty teens", "the 2010s", "2010s"),
    ),
    Value("2020", "the twenty twenties", ("twenty twenties", "this decade", "the current decade", "the 2020s", "2020s")),
)
