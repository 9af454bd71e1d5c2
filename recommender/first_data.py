"""The data Matinee starts with: the ones named, else the download, else the built-in sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from recommender.data.movielens import FILES, DataSet, read_data_set
from recommender.data.sample import sample_data_set
from recommender.data.signal import MOST_BYTES, read_signal
from recommender.errors import DataError, StorageError
from recommender.settings import Settings
from recommender.storage.download import download

LICENCE = (
    "The MovieLens data are made by GroupLens at the University of Minnesota (Harper and Konstan, 2015). They may be used for "
    "research; any commercial or revenue-bearing use, and passing the data on, need their permission."
)
BY_NAME = ("ml-100k", "ml-1m", "ml-latest-small", "ml-20m", "ml-25m", "ml-32m")  # what GroupLens offers for download

Progress = Callable[[str, int, int], None]
RowsRead = Callable[[int], None]


def first_data(
    settings: Settings, *, folder: Path, say: Callable[[str], None], progress: Progress, rows_read: RowsRead = lambda n: None
) -> DataSet:
    """MATINEE_DATA if set, else the download that the settings name, else the built-in sample; with the outside signal if there is one.

    folder, say, progress, rows_read: as in `data_at`. DataError and StorageError as there when MATINEE_DATA is set; else a download that
    fails is no error, the sample takes its place. DataError as in `read_signal` and StorageError as in `download` for the signal.
    """
    return _with_signal(_first_data(settings, folder, say, progress, rows_read), settings.signal, folder, progress)


def _with_signal(data: DataSet, place: str, folder: Path, progress: Progress) -> DataSet:
    if not place:
        return data
    path = Path(place)
    if "://" in place:
        path = download(place, folder / "signal.csv", progress=partial(progress, "download"), most_bytes=MOST_BYTES)
    return replace(data, catalogue=data.catalogue.with_signal(read_signal(path, data.catalogue.movie_ids)))


def _first_data(settings: Settings, folder: Path, say: Callable[[str], None], progress: Progress, rows_read: RowsRead) -> DataSet:
    if settings.data:
        return data_at(settings.data, settings, folder=folder, say=say, progress=progress, rows_read=rows_read)
    if settings.download_url:
        try:
            return _read(_downloaded(settings.download_url, folder, say, progress), progress, rows_read)
        except (StorageError, DataError) as error:
            say(str(error))
    say("Using the built-in sample: real films, simulated viewers. Set MATINEE_DATA to a MovieLens folder or zip for real ratings.")
    return sample_data_set()


def data_at(
    place: str, settings: Settings, *, folder: Path, say: Callable[[str], None], progress: Progress, rows_read: RowsRead = lambda n: None
) -> DataSet:
    """The data set at a path, or, where nothing is there, the MovieLens set of that name, downloaded into the folder once.

    One in a bucket is copied into the folder, again when it has changed there.
    say: told in sentences what is done and on what terms. progress: stage, bytes done, bytes in all. rows_read: told how many ratings.
    DataError as in `read_data_set`, StorageError as in `download` and `bucket_data.copied`.
    """
    if _is_in_a_bucket(place):
        from recommender.storage import bucket_data  # boto3 comes with it, which nobody else needs

        return _read(bucket_data.copied(place, folder, FILES, progress=partial(progress, "download")), progress, rows_read)
    path = place_of(place, folder)
    if path != Path(place) and settings.download_url:
        _downloaded(f"{settings.download_url.rpartition('/')[0]}/{path.name}", folder, say, progress)
    return _read(path, progress, rows_read)


def place_of(place: str, folder: Path) -> Path:
    """Where the data set is, or will be once it is downloaded: a path, or in the folder when it is one of BY_NAME.

    Of one in a bucket the copy made last; StorageError when there is none.
    """
    if _is_in_a_bucket(place):
        from recommender.storage import bucket_data

        return bucket_data.at_hand(place, folder)
    return folder / f"{place}.zip" if place in BY_NAME and not Path(place).exists() else Path(place)


def tag_of(place: str) -> str:
    """What changes whenever the data set in a bucket does; empty for any other place. StorageError as in `bucket_data.copied`."""
    if not _is_in_a_bucket(place):
        return ""
    from recommender.storage import bucket_data

    return bucket_data.tag_of(place, FILES)


def _is_in_a_bucket(place: str) -> bool:
    return place.startswith("s3://")


def _read(path: Path, progress: Progress, rows_read: RowsRead) -> DataSet:
    return read_data_set(path, progress=partial(progress, "reading"), rows_read=rows_read)


def _downloaded(url: str, folder: Path, say: Callable[[str], None], progress: Progress) -> Path:
    archive = folder / url.rpartition("/")[2]
    if not archive.exists():
        say(LICENCE)
        say(f"Downloading {url} …")
        download(url, archive, progress=partial(progress, "download"))
    return archive
