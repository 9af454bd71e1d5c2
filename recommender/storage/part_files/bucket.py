"""Files of one result below a prefix of a bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import StorageError
from recommender.storage.amazon.bucket import ABSENT, Bucket
from recommender.storage.amazon.calls import Answer
from recommender.storage.amazon.clients import PATIENT
from recommender.storage.amazon.faults import Refused
from recommender.storage.part_files import MANIFEST, PartFile, bucket_and_key, manifest_of, named_by


@dataclass(frozen=True, slots=True)
class BucketPartFiles:
    """The files lie below PREFIX/RUN/, and PREFIX/manifest.json names those of the result that counts.

    So whoever begins with the manifest sees the old result until the new one is whole; the files that the old one named go then.
    """

    bucket: str
    prefix: str
    run: str

    def begin(self) -> None:
        """See whether the bucket answers, and that a manifest which stands there is one of ours."""
        self._named_before()

    def put(self, name: str, data: bytes, *, n_rows: int) -> PartFile:
        """Put the object with its sum beside it."""
        part = PartFile(f"{self.run}/{name}", n_rows, len(data), hashlib.sha256(data).hexdigest())
        self._put(part.name, data, part.sha256)
        return part

    def finish(self, parts: Sequence[PartFile], facts: Mapping[str, Any]) -> None:
        """Put the manifest in place of the old one, then take away what that one named."""
        before = self._named_before()
        manifest = manifest_of(parts, facts)
        self._put(MANIFEST, manifest, hashlib.sha256(manifest).hexdigest())
        self._remove(f"{self.prefix}/{name}" for name in {*before} - {part.name for part in parts})

    def abandon(self) -> None:
        """Take away the objects of this result."""
        self._remove(each.key for each in self._objects().listed(f"{self.prefix}/{self.run}/"))

    def _objects(self) -> Bucket:
        return Bucket(self.bucket, PATIENT, prefix=self.prefix)

    def _put(self, name: str, data: bytes, sha256: str) -> None:
        self._objects()("put_object", is_write=True, Key=f"{self.prefix}/{name}", Body=data, Metadata={"sha256": sha256})

    def _named_before(self) -> list[str]:
        read: list[bytes] = []

        def read_body(answer: Answer) -> None:
            read[:] = [answer["Body"].read()]

        try:
            self._objects()("get_object", Key=f"{self.prefix}/{MANIFEST}", check=read_body, refusals=ABSENT)
        except Refused:
            return []
        named = named_by(read[0])
        if named is None:
            raise StorageError(f"s3://{self.bucket}/{self.prefix}/{MANIFEST} is no manifest of lists; name another prefix or remove it.")
        return named

    def _remove(self, keys: Iterable[str]) -> None:
        objects = self._objects()
        for key in sorted(keys):
            objects("delete_object", is_write=True, Key=key)


@dataclass(frozen=True, slots=True)
class OneObject:
    """A result in one object."""

    bucket: str
    key: str

    @classmethod
    def at(cls, url: str) -> OneObject:
        """The one of s3://BUCKET/KEY; SettingError for what is no such address."""
        return cls(*bucket_and_key(url))

    def look(self) -> None:
        """See whether the bucket answers; StorageError, in a sentence, where it does not."""
        Bucket(self.bucket, PATIENT).listed(self.key)

    def put(self, path: Path) -> None:
        """Put the file, whole, with its sum beside it."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        Bucket(self.bucket, PATIENT).put_file(path, self.key, {"sha256": sha256})
