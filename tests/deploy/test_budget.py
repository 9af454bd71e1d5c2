"""The budgets for Personalize alone: each tells somebody, none is blind, and a forgotten campaign is told of within a day."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from tests.deploy.stack import ROOT, Stack, read

TEMPLATE = ROOT / "deploy" / "aws" / "budget.yaml"
LINT = ROOT / ".stack-venv" / "bin" / "cfn-lint"
IDLE_CAMPAIGN = 24 * 0.20  # USD a day: one provisioned transaction a second, by the hour


@pytest.fixture(scope="module")
def stack() -> Stack:
    return read(TEMPLATE.read_text())


def _budgets(stack: Stack) -> dict[str, dict[str, Any]]:
    return stack.of_type("AWS::Budgets::Budget")


def test_there_are_three_and_nothing_else_that_could_cost(stack: Stack) -> None:
    assert list(_budgets(stack)) == list(stack.resources) == ["Account", "Personalize", "PersonalizesDay"]


def test_each_is_of_money_and_told_by_mail(stack: Stack) -> None:
    assert [budget["Budget"]["TimeUnit"] for budget in _budgets(stack).values()] == ["MONTHLY", "MONTHLY", "DAILY"]
    for name, budget in _budgets(stack).items():
        assert budget["Budget"]["BudgetType"] == "COST", name
        assert budget["NotificationsWithSubscribers"], name
        for notification in budget["NotificationsWithSubscribers"]:
            assert notification["Subscribers"] == [{"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmEmail"}}], name
            assert notification["Notification"]["ComparisonOperator"] == "GREATER_THAN", name
            assert notification["Notification"]["ThresholdType"] == "PERCENTAGE", name


def test_all_spent_is_told_of_each(stack: Stack) -> None:
    for budget in _budgets(stack).values():
        told = [
            (each["Notification"]["NotificationType"], each["Notification"]["Threshold"]) for each in budget["NotificationsWithSubscribers"]
        ]
        assert ("ACTUAL", 100) in told


def test_the_months_are_forecast_and_the_day_is_not(stack: Stack) -> None:
    for budget in _budgets(stack).values():
        kinds = {each["Notification"]["NotificationType"] for each in budget["NotificationsWithSubscribers"]}
        assert ("FORECASTED" in kinds) == (budget["Budget"]["TimeUnit"] == "MONTHLY")


def test_the_account_is_watched_whole_and_personalize_by_its_name(stack: Stack) -> None:
    filters = {name: budget["Budget"].get("CostFilters") for name, budget in _budgets(stack).items()}

    of_personalize = {"Service": ["Amazon Personalize"]}
    assert filters == {"Account": None, "Personalize": of_personalize, "PersonalizesDay": of_personalize}


def test_a_campaign_that_nobody_asks_is_told_of_on_its_first_day(stack: Stack) -> None:
    assert stack.parameters["PersonalizeDay"]["Default"] < IDLE_CAMPAIGN
    assert f"costs {IDLE_CAMPAIGN:.2f} a day" in stack.parameters["PersonalizeDay"]["Description"]


def test_every_limit_is_a_parameter_that_the_page_names(stack: Stack) -> None:
    page = (ROOT / "docs" / "aws.md").read_text()

    limits = [budget["Budget"]["BudgetLimit"]["Amount"]["Ref"] for budget in _budgets(stack).values()]
    assert limits == ["MonthlyBudget", "PersonalizeBudget", "PersonalizeDay"]
    assert [name for name in (*limits, "AlarmEmail", TEMPLATE.name) if name not in page] == []


@pytest.mark.parametrize(
    ("old", "new"), [("", ""), ("TimeUnit: DAILY", "TimeUnits: DAILY"), ("!Ref PersonalizeDay", "!Ref PersonalizesDay1")]
)
def test_cfn_lint_is_pleased_and_would_see_mistakes(tmp_path: Any, old: str, new: str) -> None:
    if not LINT.exists() and not os.environ.get("CI"):
        pytest.skip("cfn-lint is not here; run `make stack-tools`")
    template = TEMPLATE.read_text()
    assert old in template
    (tmp_path / "budget.yaml").write_text(template.replace(old, new, 1))

    done = subprocess.run([LINT, tmp_path / "budget.yaml"], capture_output=True, text=True, check=False)

    assert (done.returncode == 0) == (old == new), done.stdout + done.stderr
