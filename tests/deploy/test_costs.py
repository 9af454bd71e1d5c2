"""The costs in docs/aws.md add up, and are of the stack as it is."""

from __future__ import annotations

import re

from tests.deploy.stack import ROOT, TEMPLATE, read

PAGE = (ROOT / "docs" / "aws.md").read_text()
PAGE_OF_THE_ECHO = (ROOT / "docs" / "alexa.md").read_text()


def _tables(page: str = PAGE) -> list[list[list[str]]]:
    """The cells of each table of costs, without its head."""
    found = re.findall(r"^\|[^\n]*\| USD \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", page, re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()] for table in found]


def test_every_line_of_the_costs_is_what_its_arithmetic_gives_and_the_sums_are_theirs():
    assert len(_tables()) == 3
    assert len(_tables(PAGE_OF_THE_ECHO)) == 1
    tables = [*_tables(), *_tables(PAGE_OF_THE_ECHO)]

    for table in tables:
        *lines, (_, _, _, total) = table
        for what, price_from, arithmetic, dollars in lines:
            assert price_from in ("memory", "read"), what
            assert re.fullmatch(r"[\d.×/()+ ]+", arithmetic), what
            assert f"{eval(arithmetic.replace('×', '*')):.2f}" == dollars, what
        assert f"**{sum(float(dollars) for *_, dollars in lines):.2f}**" == total


def test_the_costs_are_of_the_machine_disk_alarms_and_fuses_of_the_template():
    stack = read(TEMPLATE.read_text())
    arithmetic = {what: sum_ for table in _tables() for what, _, sum_, _ in table}
    metrics = 0
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        if "Condition" in stack.resources[name]:
            continue  # of the skill, whose costs are told in alexa.md
        metrics += len([each for each in alarm["Metrics"] if "MetricStat" in each]) if "Metrics" in alarm else 1

    assert arithmetic[f"alarms, {metrics} metrics of them"] == f"{metrics} × 0.10"
    assert arithmetic[f"disk, {stack.parameters['DiskSize']['Default']} GiB of gp3"].startswith(
        f"{stack.parameters['DiskSize']['Default']} ×"
    )
    assert f"machine, {stack.parameters['MachineType']['Default']}" in arithmetic
    worst_day = 86_400 * (stack.parameters["MostReads"]["Default"] * 0.125 + stack.parameters["MostWrites"]["Default"] * 0.625) / 1e6
    assert f"let a table cost {worst_day:.0f} dollars on its\nworst day" in PAGE
    at_rest = float(_tables()[0][-1][-1].strip("*"))
    with_a_thousand = at_rest + float(_tables()[1][-1][-1].strip("*"))
    assert f"about ${round(with_a_thousand * 2) / 2:.2f} a month" in PAGE
    assert with_a_thousand < 0.8 * stack.parameters["MonthlyBudget"]["Default"], "an ordinary month would set the budget off"


def test_deploying_takes_less_than_ten_commands():
    for chapter in (PAGE.split("## Deploy")[1], PAGE_OF_THE_ECHO.split("## The function on Lambda")[1]):
        deploying = chapter.split("```sh\n")[1].split("```")[0]
        commands = [line for line in deploying.replace("\\\n", "").splitlines() if line.strip()]

        assert len(commands) < 10


def test_every_resource_that_the_page_asks_for_is_in_the_stack():
    stack = read(TEMPLATE.read_text())

    assert set(re.findall(r"\(part (\w+)\)", PAGE + PAGE_OF_THE_ECHO)) <= set(stack.resources)
    assert set(re.findall(r"`(\w+)=", PAGE)) - {"Table"} <= set(stack.parameters)
    assert len(stack.text.encode()) < 51_200, "CloudFormation takes no more without a bucket for the template"
