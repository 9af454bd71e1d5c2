"""`matinee doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from recommender.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.pass_obj
def doctor(settings: Settings, as_json: bool) -> None:
    """Say what is well and what is not.

    It looks at stores, model, training, backup, secrets, permissions, disk, clock, versions and account. Exit code 1 if anything is BAD;
    a note is for this week.
    """
    from recommender.doctor import examine

    findings = examine(settings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.state:<4} {finding.what:<10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        raise click.exceptions.Exit(1)
