"""Files about the films of the world of two tastes, as other sites write them, and people who send them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from recommender.domain import Asker, UserId
from recommender.importing import Imports, Receipt
from recommender.storage.profiles import Profiles

HEAD = "Date,Name,Year,Letterboxd URI"
RATINGS = f"""{HEAD},Rating
2024-01-02,Film 1,1901,https://boxd.it/a,5
2024-01-03,Film 2,1902,https://boxd.it/b,0.5
2024-01-04,No Such Film,1950,https://boxd.it/c,4
2024-01-05,Film 3,1903,https://boxd.it/d,seven
"""
WATCHED = f"""{HEAD}
2024-01-02,Film 1,1901,https://boxd.it/a
2024-02-03,Film 5,1905,https://boxd.it/e
2024-02-04,Film 7,1903,https://boxd.it/f
"""
WATCHLIST = f"""{HEAD}
2024-01-02,Film 1,1901,https://boxd.it/a
2024-03-02,Film 9,1909,https://boxd.it/g
2024-03-03,Film 5,1905,https://boxd.it/e
"""


def zip_of(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


LETTERBOXD = zip_of({"ratings.csv": RATINGS, "watched.csv": WATCHED, "watchlist.csv": WATCHLIST})


def new_person(profiles: Profiles) -> UserId:
    return profiles.new_person("0" * 64, shared=False, now=1_700_000_000)


def themself(user_id: int) -> Asker:
    return Asker(member=UserId(user_id))


def taken_over(imports: Imports, user_id: int, name: str, content: bytes) -> Receipt:
    """The file sent and saved, with nothing chosen."""
    draft = imports.begin(user_id, name, content, asker=themself(user_id))
    return imports.save(user_id, draft.import_id, asker=themself(user_id))
