"""`matinee serve`."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from recommender import worker_folder
from recommender.cli.train import train_and_publish
from recommender.errors import SettingError
from recommender.settings import Settings

SECONDS_FOR_A_PORT = 3.0


@click.command()
@click.option("--host", default=None, help="The address to listen on.  [default: MATINEE_HOST]")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="The port to listen on.  [default: MATINEE_PORT]")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the site and the API.

    The first start fetches data and trains. Later starts serve the model in force at once; ratings that it has not learned from yet are
    learned beside the serving, then and whenever enough are new, and the quality of a new model is measured there. So are the jobs of
    clients of Amazon Personalize.
    """
    from recommender import training
    from recommender.storage.blobs import open_blobs

    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _check_port_is_free(settings.host, settings.port)
    if not training.is_usable(settings.data, settings.recipe, open_blobs(settings.blobs_url, cache_folder=settings.cache_folder)):
        train_and_publish(settings, settings.recipe, {}, if_needed=True)
    os.environ |= {"MATINEE_HOST": settings.host, "MATINEE_PORT": str(settings.port)}
    worker_folder.begin()
    _begin_beside("train", "--keep-up")
    _begin_beside("personalize", "work", "--until-input-ends")
    click.echo(f"\nMatinee is at http://{settings.host}:{settings.port}  (Ctrl-C stops it)\n", err=True)
    sys.stderr.flush()
    gunicorn = _beside_python("gunicorn")
    configuration = str(Path(__file__).parents[2] / "deploy" / "gunicorn.conf.py")
    os.execv(gunicorn, [gunicorn, "--config", configuration, "webapp.wsgi:app"])  # noqa: S606  no shell: the program beside this Python


def _begin_beside(*command: str) -> None:
    """A process of ours beside the server, which ends with it: nobody else holds the other end of its input."""
    ends_with_us, ours = os.pipe()
    os.set_inheritable(ours, True)  # gunicorn takes our place and holds it, as its workers do
    subprocess.Popen([_beside_python("matinee"), *command], stdin=ends_with_us)  # noqa: S603  our own program
    os.close(ends_with_us)


def _beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def _check_port_is_free(host: str, port: int) -> None:
    """Before any data are fetched, since a server that cannot listen is no use; the workers of one that died need a moment to go."""
    address = (host, port, 0, 0) if ":" in host else (host, port)
    end = time.monotonic() + SECONDS_FOR_A_PORT
    while True:
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < end:
                time.sleep(0.1)
                continue
            remedy = ", or stop what listens there" if error.errno == errno.EADDRINUSE else ""
            raise SettingError(
                f"The site cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}; "
                f"choose another with --port or MATINEE_PORT{remedy}."
            ) from error
