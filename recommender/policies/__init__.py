"""IAM policies read strictly, offline: what is wrong with them, who may do what by them, and the least that would do.

Standard library only. `reading` takes files apart, `examining` finds what is wrong, `deciding` says whether a request would be allowed,
`jobs` what a job needs, `least` writes the policies that need nothing taken away.
"""

from __future__ import annotations

from recommender.policies.examining import examine
from recommender.policies.finding import BAD, NOTE, RISK, Finding
from recommender.policies.jobs import JOBS, Place, preflight, refusal
from recommender.policies.reading import Collection, read, read_documents

__all__ = [
    "BAD",
    "JOBS",
    "NOTE",
    "RISK",
    "Collection",
    "Finding",
    "Place",
    "examine",
    "preflight",
    "read",
    "read_documents",
    "refusal",
]
