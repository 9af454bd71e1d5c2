"""`matinee doctor`."""

from __future__ import annotations

import click

from recommender.settings import Settings


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is well and what is not.

    It looks at stores, model, training, secret, disk and clock. Exit code 1 if anything is not well.
    """
    from recommender.doctor import examine

    findings = examine(settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'BAD '} {finding.what:<10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        raise click.exceptions.Exit(1)
