"""`matinee create-stores` and `matinee upload-data`: what has to be there before anything can be kept away from this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from recommender.cli.inputs import opened_blobs
from recommender.settings import Settings
from recommender.terminal import Bars


@click.command("create-stores")
@click.pass_obj
def create_stores(settings: Settings) -> None:
    """Make the bucket and the tables that the settings name.

    Nothing that is there is changed, so it can be run again. A local file or folder needs nothing.
    """
    from recommender.storage.blobs import create_blobs
    from recommender.storage.profiles import create_profiles

    opened_blobs(settings)  # which asks nobody: an address that is none is refused before the tables are made
    for url, create in ((settings.profiles_url, create_profiles), (settings.blobs_url, create_blobs)):
        parts = create(url)
        for part, is_new in parts.items():
            click.echo(f"{'made' if is_new else 'there':<6} {part}")
        if not parts:
            click.echo(f"{'local':<6} {url} needs nothing; it is made when it is first written to")


@click.command("upload-data")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.argument("url", metavar="s3://BUCKET/PREFIX")
@click.pass_obj
def upload_data(settings: Settings, path: Path, url: str) -> None:
    """Put a data set into a bucket, for MATINEE_DATA.

    PATH is a MovieLens folder or zip, or a folder with ratings.csv and movies.csv. Prints what was put: bytes, rows (with the head) and
    SHA-256. Rows and SHA-256 lie beside each file in the bucket; the latter is compared when the file is copied from there.
    """
    from recommender.data.movielens import FILES, read_data_set
    from recommender.storage import bucket_data

    with Bars() as bars:
        read_data_set(path, progress=partial(bars, "reading"))  # whatever cannot be read here cannot be read from there
        put = bucket_data.upload(path, url, FILES, progress=partial(bars, "upload"))
    for file in put:
        rows = f"{file.n_rows:,} rows" if file.n_rows else "a zip"
        click.echo(f"{file.n_bytes:>13,}  {rows:>16}  {file.sha256}  {file.url}")
