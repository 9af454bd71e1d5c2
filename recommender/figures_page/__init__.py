"""Reports and comparisons as one page of HTML each, with graphs of their own, that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from recommender.evaluation.comparison import SAME, Comparison, Row
from recommender.evaluation.figures import Figure
from recommender.evaluation.plans import Plan
from recommender.evaluation.report import Outcome, Report
from recommender.figures_page import marks, meanings

STYLE = Path(__file__).with_name("figures.css")
ALL = "all"
PARTS = {
    "": "",
    ALL: "known and new people together",
    "warm": "people with a history (warm)",
    "cold": "new people, after ten ratings (cold)",
}
TOLD = {
    "data": "Data", "ratings": "Ratings", "people": "People", "films": "Films", "date": "Measured on", "command": "Command",
    "matinee": "Matinee", "numpy": "numpy", "python": "Python",
}  # fmt: skip


def report_page(report: Report) -> str:
    """The page of a report: in words, by measure, by history, what is shown, Amazon's keys, and everything in a table."""
    parts = _by_part(report.outcomes)
    judged = {part: people for part, people in parts.items() if report.plan.main in people}
    sections = [_heading("How good the lists are" if report.plan.asks == "lists" else "How well stars are predicted", report.sentences())]
    for part, people in judged.items():
        graph = _panel(report.plan.main, people[report.plan.main], is_large=True)
        sections.append(_section(f"By {report.plan.main}", part, graph, meanings.WHISKERS))
    sections.append(_histories(report))
    for part, people in judged.items():
        if "novelty@10" in people:
            graph = marks.scatter(people["novelty@10"], people[report.plan.main], "novelty in bits, of the first ten", report.plan.main)
            sections.append(
                _section("What kind of films", part, f"<figure>{graph}{_legend(people[report.plan.main])}</figure>", meanings.KIND)
            )
    for part, people in parts.items():
        panels = "".join(_panel(measure, figures) for measure, figures in people.items())
        sections.append(_section("Every measure", part, f'<div class="panels">{panels}</div>'))
    sections += [_amazon(report), _training(report.outcomes), _provenance(report.plan, report.provenance)]
    return _page("How good the lists are", sections)


def comparison_page(comparison: Comparison) -> str:
    """The page of a comparison: the sentence, both beside each other, and every difference with its interval."""
    report = comparison.report
    both = [report.outcome(comparison.one), report.outcome(comparison.other)]
    names = f"<dl><dt>A</dt><dd>{escape(comparison.one)}</dd><dt>B</dt><dd>{escape(comparison.other)}</dd></dl>"
    sections = [_heading("Which is better?", comparison.sentences(), names)]
    judged = {part: people for part, people in _by_part(both).items() if report.plan.main in people}
    for part, people in judged.items():
        lettered = {f"{letter}  {name}": figure for letter, (name, figure) in zip("AB", people[report.plan.main].items(), strict=True)}
        sections.append(_section(f"By {report.plan.main}", part, _panel(report.plan.main, lettered, is_large=True)))
    for part, rows in comparison.rows().items():
        sections.append(_section("Every difference", part, _differences(rows, comparison, part), meanings.DIFFERENCES))
    sections += [_training(both), _provenance(report.plan, report.provenance)]
    return _page(f"{comparison.one} or {comparison.other}", sections)


def _page(title: str, sections: Iterable[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)} · Matinee</title><style>{STYLE.read_text()}</style></head>'
        f"<body><main>{''.join(sections)}</main></body></html>\n"
    )


def _heading(title: str, sentences: Iterable[str], names: str = "") -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f'<header><p class="brand">Matinee</p><h1>{escape(title)}</h1>{names}<div class="said">{said}</div></header>'


def _section(title: str, part: str, inside: str, says: str = "") -> str:
    of = f" <small>{escape(PARTS[part])}</small>" if part else ""
    words = f"<p>{escape(says)}</p>" if says else ""
    return f"<section><h2>{escape(title)}{of}</h2>{words}{inside}</section>"


def _by_part(outcomes: Iterable[Outcome]) -> dict[str, dict[str, dict[str, Figure]]]:
    """By part of the people, then measure, then contender; what is of all together has a part of its own where there are several."""
    found: dict[str, dict[str, dict[str, Figure]]] = {}
    for outcome in outcomes:
        parts = outcome.trial.parts()
        for part, figures in [
            *((part, {measure: people.figure(measure) for measure in people.values}) for part, people in parts.items()),
            ("" if "" in parts else ALL, outcome.trial.whole),
        ]:
            for measure, figure in figures.items():
                found.setdefault(part, {}).setdefault(measure, {})[outcome.contender.name] = figure
    return found


def _panel(measure: str, figures: Mapping[str, Figure], *, is_large: bool = False, title: str = "") -> str:
    """A bar for each contender, with its 95 % interval and the numbers beside it."""
    most = max([*(_end(figure) for figure in figures.values()), 0.0]) or 1.0
    rows = "".join(
        f'<li class="c{place % marks.COLOURS}"><span class="name">{escape(name)}</span>{marks.bar(figure, most)}'
        f'<span class="number">{_number(figure)}</span></li>'
        for place, (name, figure) in enumerate(figures.items())
    )
    caption = f"<strong>{escape(title or measure)}</strong> <span>{escape(meanings.of(measure) if not title else '')}</span>"
    return f'<figure class="panel{" large" if is_large else ""}"><figcaption>{caption}</figcaption><ol>{rows}</ol></figure>'


def _end(figure: Figure) -> float:
    high = figure.interval()[1]
    return high if high == high else figure.mean if figure.mean == figure.mean else 0.0


def _number(figure: Figure) -> str:
    """The mean and half its 95 % interval."""
    if figure.mean != figure.mean:
        return "nobody"
    low, high = figure.interval()
    return f"{figure.mean:.4f}" + (f" <small>±{(high - low) / 2:.4f}</small>" if high > low else "")


def _histories(report: Report) -> str:
    main = report.plan.main
    found: dict[str, dict[str, Figure]] = {}
    for outcome in report.outcomes:
        for group, people in outcome.trial.by_history().items():
            found.setdefault(group, {})[outcome.contender.name] = people.figure(main)
    if len(found) < 2:
        return ""
    panels = "".join(
        _panel(main, figures, title=f"{group}: {max(f.n for f in figures.values())} people") for group, figures in found.items()
    )
    return _section(f"{main} by how much was told", "", f'<div class="panels">{panels}</div>', meanings.HISTORY)


def _legend(figures: Mapping[str, Figure]) -> str:
    names = "".join(
        f'<li class="c{place % marks.COLOURS}"><span class="dot">{place + 1}</span>{escape(name)}</li>'
        for place, name in enumerate(figures)
    )
    return f'<ol class="legend">{names}</ol>'


def _differences(rows: list[Row], comparison: Comparison, part: str) -> str:
    names = {comparison.one: "A", comparison.other: "B", SAME: f"<small>{SAME}</small>", "": ""}
    kinds = {comparison.one: "down", comparison.other: "up"}
    body = "".join(
        f'<tr class="{kinds.get(row.better, "level")}"><th scope="row">{escape(row.measure)}</th><td>{_cell(row.one)}</td>'
        f'<td>{_cell(row.other)}</td><td class="wide">{marks.difference(row.difference)}</td><td>{_signed(row.difference)}</td>'
        f"<td>{names[row.better]}</td></tr>"
        for row in rows
    )
    head = ["measure", "A", "B", "A is better · B is better", "B over A", "better"]
    return f'<div class="differences">{_table(head, body, f"Differences {part}".strip())}</div>'


def _signed(difference: Figure) -> str:
    if difference.mean != difference.mean:
        return "–"
    low, high = difference.interval()
    reach = f" <small>±{(high - low) / 2:.4f}</small>" if high == high else ""
    return f"{difference.mean:+.4f}".replace("-", "−") + reach


def _cell(figure: Figure) -> str:
    return "–" if figure.mean != figure.mean else f"{figure.mean:.4f}"


def _amazon(report: Report) -> str:
    told: Mapping[str, Mapping[str, float | None]] = report.told()["amazon"]
    if not any(told.values()):
        return ""
    head = ["key", *told]
    keys = next(iter(told.values()))
    body = "".join(
        f'<tr><th scope="row"><code>{escape(key)}</code></th>'
        + "".join(f"<td>{'–' if of[key] is None else f'{of[key]:.4f}'}</td>" for of in told.values())
        + "</tr>"
        for key in keys
    )
    return _section("As Amazon Personalize tells it", "", _table(head, body, "Amazon's keys"), meanings.AMAZON)


def _training(outcomes: Iterable[Outcome]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(outcome.contender.name)}</th><td>{outcome.seconds:.2f} s</td></tr>' for outcome in outcomes
    )
    return _section("Time to train", "", _table(["recipe", "all fits together"], body, "Time to train"))


def _table(head: list[str], body: str, name: str) -> str:
    columns = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    return (
        f'<section class="scroll" aria-label="{escape(name)}" tabindex="0"><table><thead><tr>{columns}</tr></thead>'
        f"<tbody>{body}</tbody></table></section>"
    )


def _provenance(plan: Plan, provenance: Mapping[str, Any]) -> str:
    facts = {name: provenance[key] for key, name in TOLD.items() if key in provenance}
    facts |= {"Split": f"{plan.name}: {plan.says}", "Seed": "nothing is dealt at random" if plan.seed is None else plan.seed}
    if provenance.get("validation"):
        facts["For"] = "choosing parameters; these are no figures to report"
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(_fact(value))}</dd>" for name, value in facts.items())
    return _section("Where this comes from", "", f"<dl>{rows}</dl>")


def _fact(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
