"""Every setting: a MATINEE_ variable, its default and its meaning, read once and refusing what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

from recommender.errors import SettingError
from recommender.logs import FORMATS

LONGEST_NUMBER = 18  # digits; whatever has more is a mistake
LISTS_AHEAD = 10_000  # viewers of a data set whose lists are made at each publication, unless the settings say otherwise


def _setting(default: object, meaning: str, *, most: int | None = None, one_of: tuple[str, ...] = ()) -> Any:
    """most: the highest number that makes sense; None where any does. one_of: the words that are allowed; empty where any are."""
    return field(default=default, metadata={"meaning": meaning, "most": most, "one_of": one_of})


@dataclass(frozen=True, slots=True)
class Settings:
    """One field per variable: `profiles_url` is MATINEE_PROFILES_URL."""

    data: str = _setting(
        "",
        "the data set: a MovieLens folder, zip or name, a folder with ratings.csv and movies.csv, or s3://BUCKET/PREFIX of one; "
        "empty: download, else the sample",
    )
    download_url: str = _setting(
        "https://files.grouplens.org/datasets/movielens/ml-latest-small.zip",
        "where the first data come from when MATINEE_DATA is empty; empty: never download",
    )
    profiles_url: str = _setting("sqlite:var/matinee.sqlite3", "people's ratings and everybody's lists")
    blobs_url: str = _setting("file:var/blobs", "data snapshots and models")
    cache_folder: str = _setting("var/cache", "this machine's copies of models that lie in a bucket, to be mapped into memory")
    secret_file: str = _setting("var/secret", "the site's secret key, made once, readable by its owner alone")
    secret_key: str = _setting("", "the site's secret key itself, instead of the file")
    recipe: str = _setting("user-cosine", "the method that lists are made with: user-cosine or another recipe of docs/models")
    signal: str = _setting(
        "",
        "a CSV movie_id,weight, as a path or an https address, that says how much films are spoken of elsewhere: "
        "it lifts them where everybody gets the same list; read at each training; empty: no such signal",
    )
    parameters: str = _setting("", "a file with the recipe's parameters, as `matinee tune` writes it; empty: the recipe's own")
    spark_master: str = _setting(
        "local[2]", "where Apache Spark works, for those who use it: local[2] is two threads of this machine, spark://HOST:7077 a cluster"
    )
    kernels: str = _setting(
        "widest",
        "what the kernels in C make use of: widest is all that this processor has; generic, avx2, avx512 and vnni are less, for trying; "
        "plain leaves them out",
        one_of=("widest", "plain", "generic", "avx2", "avx512", "vnni"),
    )
    retrain_after: int = _setting(50, "after how many changed ratings `matinee serve` trains again by itself")
    retrain_hours: int = _setting(
        2, "after how many hours `matinee serve` looks in any case whether there is something to learn", most=8760
    )
    lists_ahead: int = _setting(
        LISTS_AHEAD,
        "up to how many viewers of the data set have their lists made at each publication; of more, each list is made at its first look",
    )
    sample_viewers: bool = _setting(True, "whether the viewers of the data set can be looked up by number")
    host: str = _setting("127.0.0.1", "the address the site listens on")
    port: int = _setting(8000, "the port the site listens on", most=65535)
    workers: int = _setting(2, "web worker processes")
    threads: int = _setting(4, "threads in each web worker")
    behind_proxy: bool = _setting(False, "whether nginx stands in front on this machine, and says who asks and by which scheme")
    log_format: str = _setting("text", "how the site's log is written: text, or json with one object a line", one_of=FORMATS)
    operator_file: str = _setting("var/operator", "the digest of the operator's key, made by `matinee operator key`")
    traffic_folder: str = _setting("var/traffic", "how much was asked of this machine, counted month by month for `matinee cost`")
    machine_cost: str = _setting(
        "", "what this machine costs a month in US dollars, such as 12.50, beside Amazon Personalize; empty: a t4g.small at Amazon"
    )
    personalize_unsigned: bool = _setting(
        False, "whether /personalize answers whoever asks, without an access key: on 127.0.0.1 alone, with no server in front"
    )
    personalize_idle_days: str = _setting(
        "", "after how many days without a question the worker takes campaigns away, and solutions that none has; empty: never"
    )
    site_url: str = _setting("", "where the site answers the Echo, as https://films.example.com; empty: the Echo reads list records alone")
    skill_key: str = _setting("", "the key by which the site knows the skill, the same on both sides; `matinee skill key` makes one")
    skill_id: str = _setting("", "the id of the skill at Amazon, amzn1.ask.skill.…, whose requests are answered; empty: none on the site")
    import_folders: str = _setting(
        "",
        "absolute folders, with : between them, that jobs at /personalize may read and write by file:///…; empty: none",
    )
    test_data: str = _setting("", "the folder with ml-latest-small and ml-100k that the tests use; empty: those tests skip")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"MATINEE_{name.upper()}"


def meaning(name: str) -> str:
    """What the setting is for, in a sentence without its full stop."""
    return next(str(f.metadata["meaning"]) for f in fields(Settings) if f.name == name)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings the environment asks for; SettingError for a value of the wrong kind or an unknown MATINEE_ name."""
    known = {variable(f.name): f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name, text in environment.items():
        if not name.startswith("MATINEE_"):
            continue
        if name not in known:
            import difflib  # needed by mistakes alone

            likely = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise SettingError(f"There is no setting {name}; did you mean {likely}?")
        values[known[name].name] = _value(name, text, type(known[name].default), **_limits(known[name]))
    return Settings(**values)


def _limits(of: Field[Any]) -> dict[str, Any]:
    return {"most": of.metadata["most"], "one_of": of.metadata["one_of"]}


def _value(name: str, text: str, kind: type, *, most: int | None, one_of: tuple[str, ...]) -> object:
    if kind is bool:
        if text not in ("true", "false"):
            raise SettingError(f"{name} must be true or false, not {text!r}.")
        return text == "true"
    if kind is int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0
        if not 1 <= number <= (most or number):
            shown = repr(text) if len(text) <= LONGEST_NUMBER else repr(text[:LONGEST_NUMBER] + "…")
            raise SettingError(f"{name} must be a whole number from 1 {f'to {most}' if most else 'up'}, not {shown}.")
        return number
    if one_of and text not in one_of:
        raise SettingError(f"{name} must be {' or '.join(one_of)}, not {text!r}.")
    return text
