"""`matinee doctor`, and what else a doctor looks at."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from recommender.cli.inputs import opened_blobs
from recommender.cli.policies import doctor_iam
from recommender.errors import StorageError
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.doctor.finding import Finding

SECONDS_TO_WAIT = 60.0  # for a worker, before somebody should look


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Say what is well and what is not.

    It looks at stores, model, training, backup, secrets, permissions, disk, clock, versions, kernels and account, and at the jobs of
    clients of Amazon Personalize where there are any. Exit code 1 if anything is BAD; a note is for this week. A command looks at
    something else instead.
    """
    if ctx.invoked_subcommand is None:
        _doctor(ctx.obj, as_json)


doctor.add_command(doctor_iam)


def _doctor(settings: Settings, as_json: bool) -> None:
    from recommender.doctor import examine

    findings = [*examine(settings), *_jobs(settings)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.state:<4} {finding.what:<10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        raise click.exceptions.Exit(1)


def _jobs(settings: Settings) -> list[Finding]:
    """What is to be done for clients of Amazon Personalize, and whether anybody does it; nothing where there are no such clients."""
    from recommender.doctor.finding import BAD, NOTE, OK, Finding, ago
    from recommender.personalize.jobs import report
    from recommender.personalize.jobs.worker import LOCK
    from recommender.personalize.resources import Registry
    from recommender.storage.lease import holding

    try:
        registry = Registry(opened_blobs(settings))
        found, now = registry.read(), registry.now()
        worker = holding(registry.blobs, LOCK, now=now)
    except StorageError as error:
        return [Finding("jobs", BAD, str(error))]
    if not found.by_key:
        return []
    oldest = min((work.since for work in found.work.values()), default=now)
    if worker is None and now - oldest > SECONDS_TO_WAIT:
        says = f"{len(found.work)} wait, the oldest for {ago(now - oldest)}, and there is no worker; `matinee personalize work` is one."
        return [Finding("jobs", BAD, says)]
    failed = [line.key for line in report.lines(found, now=now) if line.is_over and line.reason]
    if failed:
        says = f"{failed[-1]} failed, of the last ten {len(failed)}; `matinee personalize jobs` says why."
        return [Finding("jobs", NOTE, says)]
    return [Finding("jobs", OK, f"{len(found.work)} to be done, {'a worker is there' if worker else 'no worker is needed'}")]
