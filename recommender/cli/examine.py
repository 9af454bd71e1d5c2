"""`matinee doctor`, and what else a doctor looks at."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from recommender.cli.policies import doctor_iam
from recommender.settings import Settings


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Say what is well and what is not.

    It looks at stores, model, training, backup, secrets, permissions, disk, clock, versions and account. Exit code 1 if anything is BAD;
    a note is for this week. A command looks at something else instead.
    """
    if ctx.invoked_subcommand is None:
        _doctor(ctx.obj, as_json)


doctor.add_command(doctor_iam)


def _doctor(settings: Settings, as_json: bool) -> None:
    from recommender.doctor import examine

    findings = examine(settings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.state:<4} {finding.what:<10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        raise click.exceptions.Exit(1)
