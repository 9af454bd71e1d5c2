"""`matinee doctor iam` and `matinee policy print`: what is wrong with policies, who may do what by them, and the least that will do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.errors import InvalidInputError
from recommender.policies import JOBS, examine, preflight, read
from recommender.policies.deciding import accounts_named
from recommender.policies.finding import GRAVITIES
from recommender.policies.jobs import Place, needs
from recommender.policies.least import PRESETS, least, preset, text
from recommender.policies.reading import Collection

if TYPE_CHECKING:
    from recommender.policies.finding import Finding
    from recommender.policies.jobs import Answer
    from recommender.storage.amazon.simulation import Simulated

UNKNOWN = Place()

PLACE = (
    click.option("--bucket", default=UNKNOWN.bucket, help="The bucket with the data."),
    click.option("--account", default=UNKNOWN.account, help="The account, 12 digits."),
    click.option("--region", default=UNKNOWN.region, help="The region, such as us-east-1."),
    click.option("--role", default=UNKNOWN.role, help="Name or ARN of the role that the job is done by."),
    click.option("--prefix", default="", help="The folder in the bucket; without it, the whole bucket."),
    click.option("--campaign", default=UNKNOWN.campaign, help="Name or ARN of the campaign that is asked."),
)


def placed(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with the options that say which bucket, account and campaign the policies are about."""
    for option in reversed(PLACE):
        command = option(command)
    return command


@click.command("iam")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@placed
@click.option(
    "--for", "jobs", multiple=True, type=click.Choice(list(JOBS)), help="Whether the policies allow this job; import if --bucket is named."
)
@click.option(
    "--write", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write the policies that suffice into this folder."
)
@click.option("--confirm", "principal", help="Ask AWS as well what this user or role may, by its ARN; needs keys and a network.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def doctor_iam(
    files: tuple[Path, ...],
    jobs: tuple[str, ...],
    folder: Path | None,
    principal: str | None,
    as_json: bool,
    **place: str,
) -> None:
    """Say what is wrong with IAM policies.

    FILES are policies as JSON, folders of them, or what `aws` printed of them, such as get-account-authorization-details. Nothing is asked
    over the network without --confirm. Exit code 1 if something must be mended, or a job would be refused.
    """
    if not files and folder is None and principal is None:
        raise InvalidInputError("FILES", "nothing", "policies as JSON or a folder of them (or --write FOLDER, or --confirm ARN)")
    where = _place(place)
    if folder is not None:
        _write(folder, where)
    collection = read(files)
    findings = examine(collection, account=_said(where.account, UNKNOWN.account), region=_said(where.region, UNKNOWN.region))
    asked = jobs or (("import",) if where.bucket != UNKNOWN.bucket and (files or principal) else ())
    answers = {job: preflight(job, _with_account(where, collection), collection) for job in asked} if files else {}
    simulated = _confirmed(principal, asked, where) if principal is not None else []
    if as_json:
        click.echo(json.dumps(_as_json(findings, answers, simulated), ensure_ascii=False, indent=1))
    elif files or principal:
        _say(findings, answers, simulated, len(collection.documents))
    allowed = all(answer.decision.is_allowed for of_job in answers.values() for answer in of_job) and all(
        each.is_allowed for each in simulated
    )
    if not allowed or any(finding.must_be_mended for finding in findings):
        raise click.exceptions.Exit(1)


@click.group()
def policy() -> None:
    """IAM policies that suffice."""


@policy.command("print")
@click.option("--preset", "name", required=True, type=click.Choice(list(PRESETS)), help="Which policy.")
@placed
def policy_print(name: str, **place: str) -> None:
    """Print a policy, to be filled in or ready.

    fullstack is the bucket policy of the papers' step-by-step pipeline; hardened is the same for one account alone; the others are the set
    that `matinee doctor iam --write` writes.
    """
    click.echo(text(preset(name, _place(place))), nl=False)


def _place(said: dict[str, str]) -> Place:
    return Place(**{**said, "prefix": said["prefix"].strip("/")}).checked()


def _said(value: str, unknown: str) -> str:
    return "" if value == unknown else value


def _with_account(place: Place, collection: Collection) -> Place:
    """With the account and region that the policies themselves name, where nobody has said and they name one alone."""
    from dataclasses import replace

    named = list(accounts_named(collection.documents))
    if place.account == UNKNOWN.account and len(named) == 1:
        place = replace(place, account=named[0])
    regions = _regions(collection)
    return replace(place, region=regions[0]) if place.region == UNKNOWN.region and len(regions) == 1 else place


def _regions(collection: Collection) -> list[str]:
    from recommender.policies import arns, words

    texts = [each for document in collection.documents for statement in document.statements() for each in statement.resources]
    texts += [v for d in collection.documents for s in d.statements() for condition in s.conditions for v in condition.values]
    return sorted({arn.region for each in texts if (arn := arns.parsed(each)) and words.is_region(arn.region)})


def _write(folder: Path, place: Place) -> None:
    documents = {folder / name: content for name, content in least(place).items()}
    for file, content in documents.items():
        if file.exists() and file.read_text(encoding="utf-8") != content:
            raise InvalidInputError("the folder of --write", str(folder), f"one where {file.name} is not there yet or says the same")
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in documents.items():
        file.write_text(content, encoding="utf-8")
        click.echo(f"wrote {file}", err=True)


def _confirmed(principal: str, jobs: tuple[str, ...], place: Place) -> list[Simulated]:
    from recommender.storage.amazon.simulation import simulate

    return simulate(
        principal, [need.request for job in jobs or ("client",) for need in needs(job, place) if not need.request.is_by_a_service]
    )


def _say(findings: list[Finding], answers: dict[str, list[Answer]], simulated: list[Simulated], n_documents: int) -> None:
    for finding in findings:
        click.echo(finding.line())
    if n_documents and not any(finding.must_be_mended for finding in findings):
        click.echo(f"ok   {n_documents} polic{'y' if n_documents == 1 else 'ies'} read, nothing to mend.")
    for job, of_job in answers.items():
        click.echo(f"\n{job}:")
        for answer in of_job:
            click.echo(answer.line())
    if simulated:
        click.echo("\nAWS says:")
        for each in simulated:
            click.echo(each.line())


def _as_json(findings: list[Finding], answers: dict[str, list[Answer]], simulated: list[Simulated]) -> dict[str, Any]:
    said: dict[str, Any] = {"findings": [asdict(finding) for finding in findings]}
    said["counts"] = {gravity: sum(finding.gravity == gravity for finding in findings) for gravity in GRAVITIES}
    said["jobs"] = {
        job: [
            {
                **{name: getattr(answer.need.request, name) for name in ("principal", "action", "resource")},
                **asdict(answer.decision),
            }
            for answer in of_job
        ]
        for job, of_job in answers.items()
    }
    said["confirmed"] = [asdict(each) for each in simulated]
    return said
