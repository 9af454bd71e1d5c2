"""The application that gunicorn serves in a test: it believes the authorities in the folder AUTHORITIES."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography import x509

from recommender.settings import Settings
from tests.webapp.alexa.authorities import NOW
from tests.webapp.alexa.requests import SKILL_ID
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.alexa.skill import ServedSkill
from webapp.alexa.verification import Verifier

_folder = Path(os.environ["AUTHORITIES"])
_recommender = FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", skill_id=SKILL_ID))
_chain = (_folder / "chain.pem").read_bytes()

app = create_app(_recommender)
app.extensions["alexa"] = ServedSkill(
    _recommender,
    app.extensions["sign_in"],
    Verifier(
        SKILL_ID,
        roots=x509.load_pem_x509_certificates((_folder / "root.pem").read_bytes()),
        fetch=lambda address: _chain,
        now=NOW.timestamp,
    ),
)
