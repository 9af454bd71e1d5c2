"""`make run-aws`: the shape that Matinee has on AWS, shown on this machine. A demonstration: ministack stands in for S3 and DynamoDB.

    python -m deploy.aws.demonstration [--once] [--port 8000]

Data go into the bucket; a training takes them from there, puts the model into the bucket and everybody's list into the table `movie`; the
site shows the list of one item, the item is printed, and an Echo reads it out. Everything is done by the commands that an operator types.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from alexa_skill.titles import spoken_title
from deploy.aws.stand_in import MINISTACK, StandInError, environment_for, last_lines, ministack, running
from recommender.cli.inputs import DATA_FOLDER
from recommender.data import sample
from recommender.data.movielens import DataSet
from recommender.errors import RecommenderError
from recommender.first_data import data_at, place_of
from recommender.settings import Settings, read_settings
from recommender.storage.profiles.dynamodb_items import fields, wire
from recommender.terminal import Bars

BUCKET, TABLE = "films", "movie"
VIEWER, AMOUNT = 580, 10  # as the form on the site proposes them
USUAL = "ml-latest-small"
GUNICORN_CONF = Path(__file__).parents[1] / "gunicorn.conf.py"
STOPS_WITHIN = 25.0  # seconds; gunicorn lets requests under way end
TITLE = re.compile(r"<h2[^>]*><a [^>]*><bdi>(.*?)</bdi>", re.DOTALL)  # of a film on the page Result


class ShownWrongError(RecommenderError):
    """The demonstration does not show what it should; the text says what it met."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--once", is_flag=True, help="End by itself instead of serving on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the site listens.  [default: MATINEE_PORT, or the next that is free]")
def main(once: bool, port: int | None) -> None:
    """Show Matinee in the shape it has on AWS, on stand-ins for S3 and DynamoDB."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        settings = read_settings(os.environ)
        demonstrate(settings, port or _port_near(settings.port), once=once)
    except (RecommenderError, StandInError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. Bucket, tables, model and lists were in memory, and are gone.")


def demonstrate(settings: Settings, port: int, *, once: bool) -> None:
    """All of it, in the order in which it happens. StorageError and DataError as the commands have them."""
    _check_port_is_free(port)
    if not MINISTACK.exists():
        raise ShownWrongError("ministack is not in .stand-ins-venv; run `make stand-ins`.")
    click.echo(
        "A DEMONSTRATION of the shape that Matinee has on AWS: bucket, tables, training, gunicorn. ministack stands in for S3 and\n"
        "DynamoDB on this machine. Nothing reaches Amazon, no account and no keys are used, and all of it is gone at the end."
    )
    with tempfile.TemporaryDirectory(prefix="matinee-aws-") as temporary:
        folder = Path(temporary)
        data = _data_to_put(settings, folder)
        with ministack(folder) as url:
            place = f"s3://{BUCKET}/data/{data.name}"
            _only_the_stand_ins(url, place, port, folder)
            _say(f"1. A bucket and three tables, at {url}")
            _run("matinee", "create-stores")
            _say("2. The data go into the bucket: bytes, rows and SHA-256 of each file")
            _run("matinee", "upload-data", str(data), place)
            _say("3. A training takes them from the bucket; its model goes there, and everybody's list into the table")
            _run("matinee", "train")
            _tell_the_bucket()
            _say("4. The site serves from both, as on EC2")
            with _site(folder, port) as site:
                address = f"http://127.0.0.1:{port}"
                viewer = _show_the_page_and_its_item(address)
                _show_the_echo(address, viewer)
                _show_a_rating(address)
                if not once:
                    click.echo(
                        f"\nThe site goes on at {address}/result/?user={VIEWER}&amount={AMOUNT}  (Ctrl-C ends it, and everything with it)"
                    )
                    raise ShownWrongError(f"gunicorn ended by itself with {site.wait()}; it printed:\n{last_lines(folder / 'site.log')}")


def _data_to_put(settings: Settings, folder: Path) -> Path:
    """A folder or zip: what MATINEE_DATA names, else ml-latest-small, else the built-in sample, written out."""
    if settings.data.startswith("s3://"):
        raise ShownWrongError(f"MATINEE_DATA is {settings.data}, and no bucket is reached from here; give a folder, a zip or a name.")
    with Bars() as bars:
        try:
            data_at(settings.data or USUAL, settings, folder=DATA_FOLDER, say=bars.say, progress=bars)
        except RecommenderError as error:
            if settings.data:
                raise
            bars.say(f"{error}\nSo the built-in sample is used: real films, simulated viewers.")
            return _written_out(sample.sample_data_set(), folder / sample.NAME)
    return place_of(settings.data or USUAL, DATA_FOLDER).absolute()


def _written_out(data: DataSet, folder: Path) -> Path:
    """The data set as three CSV files. The folder keeps its name, by which the site tells that its viewers are simulated."""
    import pandas as pd

    folder.mkdir()
    ratings, catalogue = data.ratings, data.catalogue
    pd.DataFrame(
        {"userId": ratings.user_ids, "movieId": ratings.movie_ids, "rating": ratings.half_stars / 2, "timestamp": ratings.rated_at}
    ).to_csv(folder / "ratings.csv", index=False)
    films = [catalogue.movie(column) for column in range(len(catalogue))]
    pd.DataFrame(
        {
            "movieId": [film.movie_id for film in films],
            "title": [f"{film.title} ({film.year})" for film in films],
            "genres": ["|".join(film.genres) for film in films],
        }
    ).to_csv(folder / "movies.csv", index=False)
    tags = [(0, film.movie_id, tag) for column, film in enumerate(films) for tag in catalogue.tags(column)]
    pd.DataFrame(tags, columns=["userId", "movieId", "tag"]).to_csv(folder / "tags.csv", index=False)
    return folder


def _only_the_stand_ins(url: str, place: str, port: int, folder: Path) -> None:
    """From here on this process and those it starts know no account, no other endpoint, no proxy and no store but these."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "MATINEE_")) or name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            del os.environ[name]
    os.environ |= environment_for(url)
    os.environ |= {
        "MATINEE_DATA": place,
        "MATINEE_PROFILES_URL": f"dynamodb://{TABLE}",
        "MATINEE_BLOBS_URL": f"s3://{BUCKET}/matinee",
        "MATINEE_CACHE_FOLDER": str(folder / "cache"),
        "MATINEE_SECRET_FILE": str(folder / "secret"),
        "MATINEE_OPERATOR_FILE": str(folder / "operator"),
        "MATINEE_TRAFFIC_FOLDER": str(folder / "traffic"),
        "MATINEE_DOWNLOAD_URL": "",
        "MATINEE_PORT": str(port),
    }
    os.chdir(folder)  # what a training copies from the bucket goes into var/data


def _tell_the_bucket() -> None:
    import boto3

    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="matinee/")["Contents"]
    sizes: dict[str, list[int]] = {}
    for one in found:
        kind = one["Key"].split("/")[1]
        sizes.setdefault(kind, []).append(one["Size"])
    for kind, several in sizes.items():
        click.echo(f"{sum(several):>13,}  {len(several):>10} {'file' if len(several) == 1 else 'files'}  s3://{BUCKET}/matinee/{kind}")


def _item(user_id: int) -> dict[str, Any]:
    """The item of the table, asked for past Matinee; ShownWrongError when there is none."""
    import boto3

    found = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"userID": wire(user_id)}, ConsistentRead=True).get("Item")
    if not found:
        raise ShownWrongError(f"The table {TABLE} has no item for {user_id}.")
    return fields(found)


def _print_item(item: dict[str, Any]) -> None:
    """As JSON with a film a line: title, year, match, predicted stars and first reason of what it holds."""
    shown = {name: item[name] for name in ("userID", "rev", "generation", "model", "built_at", "basis")}
    films = [
        {
            "title": film["title"],
            "year": film["year"],
            "match": film["match"],
            "stars": film["stars"],
            "reason": film["reasons"][0]["text"] if film["reasons"] else None,
        }
        for film in item["movies"]
    ]
    head = "".join(f"  {json.dumps(name)}: {json.dumps(value)},\n" for name, value in shown.items())
    lines = ",\n".join(f"    {json.dumps(film, ensure_ascii=False)}" for film in films)
    click.echo(f'{{\n{head}  "movies": [\n{lines}\n  ]\n}}')


@contextlib.contextmanager
def _site(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn, once it is ready; stopped when the context ends."""
    command = ["gunicorn", "--config", str(GUNICORN_CONF), "webapp.wsgi:app"]
    _echo(command)
    program = [_beside_python(command[0]), *command[1:]]
    ready = f"http://127.0.0.1:{port}/readyz"
    with running(program, os.environ, folder / "site.log", is_up=lambda: _is_ready(ready), stops_within=STOPS_WITHIN) as server:
        yield server


def _is_ready(url: str) -> bool:
    try:
        return _asked(url)[0] == 200
    except OSError:
        return False


def _show_the_page_and_its_item(address: str) -> int:
    """The viewer whose page and item are shown."""
    viewer = _viewer()
    path = f"/result/?user={viewer}&amount={AMOUNT}"
    began = time.monotonic()
    status, page = _asked(address + path)
    click.echo(f"GET {path}   {status}, {(time.monotonic() - began) * 1000:.0f} ms")
    item = _item(viewer)
    on_page = [html.unescape(title) for title in TITLE.findall(page)]
    in_item = [film["title"] for film in item["movies"]]
    if status != 200 or not on_page or on_page != in_item:
        raise ShownWrongError(f"The page ({status}) shows {on_page}, and the item holds {in_item}.")
    _say(f"5. The item that the page shows: its {len(on_page)} films are these, in this order")
    _echo(["aws", "dynamodb", "get-item", "--table-name", TABLE, "--key", json.dumps({"userID": {"N": str(viewer)}}), "--consistent-read"])
    _print_item(item)
    return viewer


def _show_the_echo(address: str, viewer: int) -> None:
    """The handler that Lambda runs reads the same item, and says it as Table I wants."""
    _say("6. An Echo reads the same item: what is typed here is answered by the handler that Lambda runs")
    os.environ["MATINEE_SITE_URL"] = address
    sentences = ("open movie", "request movies", f"my id is {viewer} and i want three movies", "stop")
    heard = _run("matinee-echo", *(part for sentence in sentences for part in ("--say", sentence)))
    films = [spoken_title(film["title"]) for film in _item(viewer)["movies"][:3]]
    places = [heard.find(film) for film in films]
    if -1 in places or places != sorted(places):
        raise ShownWrongError(f"The Echo does not say {films} in this order.")


def _viewer() -> int:
    """VIEWER, or somebody else where the data lack that number."""
    import boto3

    with contextlib.suppress(ShownWrongError):
        _item(VIEWER)
        return VIEWER
    return int(boto3.client("dynamodb").scan(TableName=TABLE, Limit=1)["Items"][0]["userID"]["N"])


def _show_a_rating(address: str) -> None:
    """A person comes and rates one film: the old list is gone, and the item holds the new one."""
    _say("7. Somebody comes, rates a film, and the list moves")
    printed = _run("matinee", "profile", "new")
    person, token = int(printed.split()[1]), printed.split()[3]
    own = f"{address}/api/v1/users/{person}"
    _, before = _asked(f"{own}/recommendations?n={AMOUNT}", token=token)
    film = json.loads(before)["items"][0]
    status, answered = _asked(f"{own}/ratings/{film['movie_id']}", token=token, body={"rating": 4.5})
    answer, item = json.loads(answered), _item(person)
    click.echo(f"PUT /api/v1/users/{person}/ratings/{film['movie_id']}  4.5 stars for {film['title']}   {status}, rev {answer.get('rev')}")
    in_item = [line["id"] for line in item.get("movies", [])]
    in_answer = [line["movie_id"] for line in (answer.get("list") or {}).get("items", [])]
    if status != 200 or item["rev"] != 1 or answer["rev"] != 1 or not in_item or in_item != in_answer or film["movie_id"] in in_item:
        raise ShownWrongError(
            f"The answer was {status} with rev {answer.get('rev')} and {in_answer}; the item has rev {item['rev']} and {in_item}."
        )
    _print_item(item)
    click.echo(f"rev 0 is gone with its list; rev 1 holds the new one, without {film['title']}, and the answer brought the same.")


def _say(text: str) -> None:
    click.echo(f"\n{text}")


def _echo(command: list[str]) -> None:
    click.echo(f"$ {shlex.join(command)}")


def _run(*command: str) -> str:
    """What the command prints, shown as well. ShownWrongError when it fails; it has said why."""
    _echo(list(command))
    sys.stdout.flush()
    done = subprocess.run([_beside_python(command[0]), *command[1:]], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    click.echo(done.stdout, nl=False)
    if done.returncode:
        raise ShownWrongError(f"{shlex.join(command)} ended with {done.returncode}; what it said stands above.")
    return done.stdout


def _asked(url: str, *, token: str = "", body: dict[str, Any] | None = None) -> tuple[int, str]:
    """Status and text; a PUT where there is a body."""
    request = urllib.request.Request(url, method="PUT" if body else "GET", headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    if body:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  the site on this machine
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def _port_near(usual: int) -> int:
    """The usual port, or the first free one behind it: the own site may be running there."""
    for port in range(usual, usual + 10):
        with contextlib.suppress(ShownWrongError):
            _check_port_is_free(port)
            return port
    return usual


def _check_port_is_free(port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError as error:
        raise ShownWrongError(
            f"The site cannot listen on 127.0.0.1, port {port}: {(error.strerror or str(error)).lower()}; "
            "choose another: make run-aws ARGS='--port 8001'."
        ) from error


def _beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


if __name__ == "__main__":
    main()
