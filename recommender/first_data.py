"""The data Matinee starts with: the ones named, else the download, else the built-in sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from recommender.data.movielens import DataSet, read_data_set
from recommender.data.sample import sample_data_set
from recommender.errors import DataError, StorageError
from recommender.settings import Settings
from recommender.storage.download import download

LICENCE = (
    "MovieLens ml-latest-small is made by GroupLens at the University of Minnesota (Harper and Konstan, 2015). It may be used for "
    "research; any commercial or revenue-bearing use, and passing the data on, need their permission."
)

Progress = Callable[[str, int, int], None]


def first_data(settings: Settings, *, folder: Path, say: Callable[[str], None], progress: Progress) -> DataSet:
    """MATINEE_DATA if set, else ml-latest-small, downloaded into the folder once, else the built-in sample.

    say: told in sentences what is used and why. progress: stage, bytes done, bytes in all. DataError as in `read_data_set`;
    a download that fails is no error, the sample takes its place.
    """

    def reading(done: int, total: int) -> None:
        progress("reading", done, total)

    if settings.data:
        return read_data_set(Path(settings.data), progress=reading)
    if settings.download_url:
        archive = folder / Path(settings.download_url).name
        try:
            if not archive.exists():
                say(LICENCE)
                say(f"Downloading {settings.download_url} …")
                download(settings.download_url, archive, progress=lambda done, total: progress("download", done, total))
            return read_data_set(archive, progress=reading)
        except (StorageError, DataError) as error:
            say(str(error))
    say("Using the built-in sample: real films, simulated viewers. Set MATINEE_DATA to a MovieLens folder or zip for real ratings.")
    return sample_data_set()
