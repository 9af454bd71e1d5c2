"""Where in a bucket, or in a folder that stands for one, the papers' notebook puts what it learns from and what it has learned.

    s3://movierecom/fm/train/train.protobuf
    s3://movierecom/fm/test/test.protobuf
    s3://movierecom/fm/ids/ids.json                  ours, for our container alone
    s3://movierecom/fm/output                        SageMaker puts JOB/output/model.tar.gz there

Source: "Building Movie Recommendation System Using Multiple Models". Its code lets models go to s3://movierecom/output and its text says
s3://movierecom/fm/output; the text is followed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from recommender.storage.disk import in_words
from recommender.storage.part_files import SCHEME, bucket_and_key

BUCKET, PREFIX = "movierecom", "fm"  # of the paper
TRAIN, TEST, IDS = "train", "test", "ids"  # channels, each a folder of one file
FILES = {TRAIN: "train.protobuf", TEST: "test.protobuf", IDS: "ids.json"}


@dataclass(frozen=True, slots=True)
class Place:
    """root: s3://BUCKET, or a folder. prefix: below it, without slashes at its ends."""

    root: str
    prefix: str

    @classmethod
    def at(cls, place: str) -> Place:
        """s3://BUCKET[/PREFIX] or a folder; the prefix is the paper's where none is named. SettingError for an address that is none."""
        if not place.startswith(SCHEME):
            return cls(place, PREFIX)
        bucket, _, prefix = place.removeprefix(SCHEME).partition("/")
        prefix = prefix.strip("/") or PREFIX
        bucket_and_key(f"{SCHEME}{bucket}/{prefix}")  # refuses what is none
        return cls(f"{SCHEME}{bucket}", prefix)

    @property
    def is_bucket(self) -> bool:
        return self.root.startswith(SCHEME)

    def channel(self, name: str) -> str:
        """The prefix that a channel of a job names."""
        return f"{self.root}/{self.prefix}/{name}/"

    def file(self, name: str) -> str:
        """The only file of a channel."""
        return self.channel(name) + FILES[name]

    @property
    def output(self) -> str:
        """Where models go."""
        return f"{self.root}/{self.prefix}/output"

    def model_of(self, job: str) -> str:
        """Where SageMaker puts the model of a training job."""
        return f"{self.output}/{job}/output/model.tar.gz"

    def put(self, files: dict[str, Path]) -> None:
        """Each file to the place that is named, whole or not at all. StorageError, in a sentence, for a place that cannot be written."""
        for place, path in files.items():
            if self.is_bucket:
                from recommender.storage.part_files.bucket import OneObject  # boto3 comes with it

                OneObject.at(place).put(path)
                continue
            target = Path(place)
            with in_words("written", target):
                target.parent.mkdir(parents=True, exist_ok=True)
                draft = target.with_name(f".{target.name}")
                shutil.copyfile(path, draft)
                draft.replace(target)

    def fetch(self, place: str, folder: Path) -> list[Path]:
        """The files right below the place that is named, which ends in a slash, or the one file; into the folder, by their own names.

        Nothing where nothing is there. StorageError, in a sentence, for what cannot be read.
        """
        with in_words("written", folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not self.is_bucket:
            with in_words("read", Path(place)):
                found = sorted(Path(place).glob("*")) if place.endswith("/") else [Path(place)]
                return [shutil.copyfile(path, folder / path.name) for path in found if path.is_file()]
        from recommender.storage.amazon.bucket import Bucket
        from recommender.storage.amazon.clients import PATIENT

        bucket, key = bucket_and_key(place)
        objects = Bucket(bucket, PATIENT, prefix=key)
        listed = [each for each in objects.listed(key) if each.name and key in (each.key, each.key.removesuffix(each.name))]
        for each in listed:
            objects.fetch(each.key, folder / each.name, size=each.size, tag=each.tag)
        return [folder / each.name for each in listed]

    def look(self) -> None:
        """See, before the work, whether a bucket answers."""
        if self.is_bucket:
            from recommender.storage.part_files.bucket import OneObject

            OneObject.at(self.file(TRAIN)).look()
