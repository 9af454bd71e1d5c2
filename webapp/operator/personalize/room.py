"""What there is of Amazon Personalize here, group by group: read from the document of resources, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from recommender.costs.bill import dollars, in_cents
from recommender.costs.months import BUCKETS_A_DAY
from recommender.costs.presets import DAYS
from recommender.costs.prices import PRICES
from recommender.costs.real_time import billed, real_time_lines
from recommender.personalize import arns
from recommender.personalize.arns import key_of
from recommender.personalize.jobs import report
from recommender.personalize.jobs.report import AMAZON, Line
from recommender.personalize.recipes import RECIPES
from recommender.personalize.resources import FAILED, STOPPED, STOPPING, Resource, Resources
from recommender.versions import Estimate
from webapp.wording import counted, in_words

DAY = 24 * 3600  # seconds
NOBODY_AFTER = 30  # seconds that work waits for while nobody works
WELL, LOOK, BAD = "well", "look", "bad"

WORDS = {
    arns.SCHEMA: "schema",
    arns.GROUP: "data set group",
    arns.DATASET: "data set",
    arns.IMPORT: "import",
    arns.EXPORT: "export",
    arns.SOLUTION: "solution",
    arns.VERSION: "training",
    arns.CAMPAIGN: "campaign",
    arns.RECOMMENDER: "recommender",
    arns.FILTER: "filter",
    arns.TRACKER: "event tracker",
    arns.ATTRIBUTION: "metric attribution",
    arns.BATCH: "lists in one go",
    arns.SEGMENT: "segments",
    arns.DELETION: "forgetting users",
}
HITS_OF_N = "items found among the first {n}, by {n}"
GAIN_OF_N = "items found among the first {n}, those further up count more"
MEANINGS = {
    "normalized_discounted_cumulative_gain_at_5": ("NDCG@5", GAIN_OF_N.format(n=5)),
    "normalized_discounted_cumulative_gain_at_10": ("NDCG@10", GAIN_OF_N.format(n=10)),
    "normalized_discounted_cumulative_gain_at_25": ("NDCG@25", GAIN_OF_N.format(n=25)),
    "precision_at_5": ("Precision@5", HITS_OF_N.format(n=5)),
    "precision_at_10": ("Precision@10", HITS_OF_N.format(n=10)),
    "precision_at_25": ("Precision@25", HITS_OF_N.format(n=25)),
    "mean_reciprocal_rank_at_25": ("MRR@25", "1 by the place of the first item found, of 25"),
    "coverage": ("Coverage", "of all items, the part that is recommended to anybody"),
}  # by Amazon's names, the most telling first


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. words: its kind; name: its own. found_by: the group that it belongs to, empty for none."""

    line: Line
    kind: str
    words: str
    name: str
    updated: float

    @property
    def state(self) -> str:
        """In a word: waiting, running, stopping, done, stopped or failed."""
        if not self.line.is_over:
            return "stopping" if self.line.status == STOPPING else "running" if self.line.seconds is not None else "waiting"
        return {FAILED: "failed", "FAILED": "failed", STOPPED: "stopped"}.get(self.line.status, "done")

    @property
    def amazon(self) -> str:
        """How long that takes at Amazon, in words; empty where nobody says."""
        return AMAZON.get(self.kind, "")

    @property
    def is_slow(self) -> bool:
        """Whether it takes much longer than others of its kind did here."""
        return not self.line.is_over and bool(self.line.usual and self.line.seconds and self.line.seconds > 2 * self.line.usual + 5)

    @property
    def began(self) -> float:
        """When somebody began it, seconds since 1970; when it was asked for, where nobody has."""
        return self.updated - (self.line.seconds or 0) if self.line.is_over else self.line.created


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set with what is in it. newest: the import asked for last."""

    resource: Resource
    n_rows: int
    n_imports: int
    newest: Resource | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a version. popular: the same of the list that is the same for everybody, None where that was not measured."""

    name: str
    words: str
    meaning: str
    figure: float
    popular: float | None


@dataclass(frozen=True, slots=True)
class Version:
    """A solution version. campaigns: names of those that answer by it. gain: in NDCG@10 over what is popular; None: unknown."""

    resource: Resource
    job: Job
    measured: tuple[Measured, ...]
    campaigns: tuple[str, ...]
    gain: Estimate | None

    @property
    def id(self) -> str:
        return self.resource.key.rpartition("/")[2]

    @property
    def why(self) -> str:
        """Why this recipe, where it was searched for."""
        return str((self.resource.inner.get("autoML") or {}).get("why", ""))

    @property
    def parameters(self) -> str:
        """Of our recipe, as `matinee train` takes them."""
        return ", ".join(f"{name} {value:g}" for name, value in sorted((self.resource.inner.get("parameters") or {}).items()))

    @property
    def verdict(self) -> str:
        """Whether it is better than what is popular, as far as that can be told; empty where it was not measured."""
        gain = self.gain
        if gain is None:
            return ""
        span = f"NDCG@10 over popular: {_signed(gain.mean)}, with 95 % confidence between {_signed(gain.low)} and {_signed(gain.high)}"
        behind = f"{span}, over {counted(gain.n, 'user')}."
        if not gain.is_clear:
            return f"Not better than what is popular by more than chance: that would serve as well. {behind}"
        return f"{'Better' if gain.mean > 0 else 'Worse'} than what is popular, clear of chance. {behind}"


@dataclass(frozen=True, slots=True)
class Solution:
    """amazon, ours: the recipe's name there and here; empty where it is searched for. versions: newest first."""

    resource: Resource
    amazon: str
    ours: str
    versions: tuple[Version, ...]

    @property
    def shown(self) -> Version | None:
        """The newest that was measured; the others are folded away."""
        return next((version for version in self.versions if version.measured), None)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, or a recommender. weight, cut_off: as set for exploration, empty for none. own: what a recommender learned."""

    resource: Resource
    answers_by: str
    amazon: str
    ours: str
    weight: str
    cut_off: str
    tps: int
    own: Version | None = None

    @property
    def amazon_idle(self) -> str:
        """Dollars that Amazon would take for thirty days in which nobody asks; empty for a recommender, which is billed by its users."""
        if self.resource.kind != arns.CAMPAIGN:
            return ""
        n = billed([0] * (DAYS * BUCKETS_A_DAY), self.tps)
        return dollars(in_cents(sum((line.amount for line in real_time_lines(n, PRICES, "")), Decimal(0))))


@dataclass(frozen=True, slots=True)
class Group:
    """Everything that names one data set group."""

    resource: Resource
    data_sets: tuple[DataSet, ...]
    solutions: tuple[Solution, ...]
    campaigns: tuple[Campaign, ...]
    recommenders: tuple[Campaign, ...]
    filters: tuple[Resource, ...]
    trackers: tuple[Resource, ...]
    attributions: tuple[Resource, ...]

    @property
    def name(self) -> str:
        return str(self.resource.body["name"])

    @property
    def anchor(self) -> str:
        """By which a link on the page finds it."""
        return f"group-{self.name}"


@dataclass(frozen=True, slots=True)
class Room:
    """at: when it was read. open_jobs: oldest first; over: newest first."""

    at: float
    groups: tuple[Group, ...]
    schemas: tuple[Resource, ...]
    open_jobs: tuple[Job, ...]
    over: tuple[Job, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.schemas or self.open_jobs or self.over)

    @property
    def failed_lately(self) -> tuple[Job, ...]:
        """Those that failed within a day."""
        return tuple(job for job in self.over if job.state == "failed" and self.at - job.updated < DAY)

    @property
    def has_nobody(self) -> bool:
        """Whether work waits, and nobody is at any."""
        waiting = [job for job in self.open_jobs if job.state == "waiting"]
        return any(self.at - job.updated > NOBODY_AFTER for job in waiting) and len(waiting) == len(self.open_jobs)

    @property
    def level(self) -> str:
        return BAD if self.has_nobody else LOOK if self.failed_lately else WELL

    @property
    def sentence(self) -> str:
        """What an operator wants to know first."""
        if self.is_empty:
            return "The room is empty"
        if self.has_nobody:
            return "Jobs wait, and nobody does them"
        if self.failed_lately:
            n = len(self.failed_lately)
            return "One job failed" if n == 1 else f"{in_words(n).capitalize()} jobs failed"
        if self.open_jobs:
            n = len(self.open_jobs)
            return "One job is under way" if n == 1 else f"{in_words(n).capitalize()} jobs are under way"
        return "Everything is ready"

    @property
    def says(self) -> str:
        """The same in figures."""
        campaigns = sum(len(group.campaigns) for group in self.groups)
        parts = [counted(len(self.groups), "data set group"), counted(campaigns, "campaign"), counted(len(self.open_jobs), "open job")]
        return ", ".join(parts)


def room(found: Resources, *, now: float) -> Room:
    """Everything, as the document has it now."""
    jobs = [_job(line, found) for line in report.lines(found, now=now, every=True)]
    by_key = {job.line.key: job for job in jobs}
    groups = tuple(_group(one, found, by_key) for one in found.of(arns.GROUP))
    over = sorted((job for job in jobs if job.line.is_over), key=lambda job: -job.updated)
    return Room(now, groups, tuple(found.of(arns.SCHEMA)), tuple(job for job in jobs if not job.line.is_over), tuple(over))


def _job(line: Line, found: Resources) -> Job:
    one = found.by_key[line.key]
    return Job(line, one.kind, WORDS[one.kind], line.key.partition("/")[2], one.updated)


def _group(one: Resource, found: Resources, jobs: Mapping[str, Job]) -> Group:
    here = {"datasetGroupArn": one.arn}
    solutions = tuple(_solution(each, found, jobs) for each in found.of(arns.SOLUTION, **here))
    own = {each.resource.arn for each in solutions}
    campaigns = tuple(each for each in found.of(arns.CAMPAIGN) if _solution_of(each) in own)
    return Group(
        one,
        tuple(_data_set(each, found) for each in found.of(arns.DATASET, **here)),
        solutions,
        tuple(_campaign(each, found) for each in campaigns),
        tuple(_recommender(each, found, jobs) for each in found.of(arns.RECOMMENDER, **here)),
        tuple(found.of(arns.FILTER, **here)),
        tuple(found.of(arns.TRACKER, **here)),
        tuple(found.of(arns.ATTRIBUTION, **here)),
    )


def _data_set(one: Resource, found: Resources) -> DataSet:
    imports = list(found.of(arns.IMPORT, datasetArn=one.arn))
    n_rows = sum(part.get("n_rows", 0) for part in one.inner.get("parts", ()))
    return DataSet(one, n_rows, len(imports), imports[-1] if imports else None)


def _solution(one: Resource, found: Resources, jobs: Mapping[str, Job]) -> Solution:
    versions = [_version(each, found, jobs) for each in found.of(arns.VERSION, solutionArn=one.arn)]
    newest = versions[-1].resource.body.get("recipeArn", "") if versions else ""
    amazon, ours = _recipe(one.body.get("recipeArn") or newest)
    return Solution(one, amazon, ours, tuple(reversed(versions)))


def _version(one: Resource, found: Resources, jobs: Mapping[str, Job]) -> Version:
    names = tuple(str(each.body["name"]) for each in found.of(arns.CAMPAIGN, solutionVersionArn=one.arn))
    figures, beside = one.inner.get("metrics") or {}, one.inner.get("popular") or {}
    known = [name for name in MEANINGS if name in figures] + [name for name in figures if name not in MEANINGS]
    measured = tuple(Measured(name, *MEANINGS.get(name, (name, "")), float(figures[name]), beside.get(name)) for name in known)
    gain = one.inner.get("gain")
    estimate = Estimate(gain["mean"], gain["low"], gain["high"], gain["n"]) if gain else None
    return Version(one, jobs[one.key], measured, names, estimate)


def _campaign(one: Resource, found: Resources) -> Campaign:
    version = found.find(one.body["solutionVersionArn"])
    solution = found.find(_solution_of(one))
    exploring = one.body.get("campaignConfig", {}).get("itemExplorationConfig", {})
    return Campaign(
        one,
        version.key.partition("/")[2] if version else one.body["solutionVersionArn"],
        *_recipe((version or one).body.get("recipeArn") or (solution.body.get("recipeArn", "") if solution else "")),
        str(exploring.get("explorationWeight", "")),
        str(exploring.get("explorationItemAgeCutOff", "")),
        int(one.body.get("minProvisionedTPS", 1)),
    )


def _recommender(one: Resource, found: Resources, jobs: Mapping[str, Job]) -> Campaign:
    config = one.body.get("recommenderConfig", {})
    exploring = config.get("itemExplorationConfig", {})
    return Campaign(
        one,
        "",
        *_recipe(one.body.get("recipeArn", "")),
        str(exploring.get("explorationWeight", "")),
        str(exploring.get("explorationItemAgeCutOff", "")),
        int(config.get("minRecommendationRequestsPerSecond", 1)),
        _version(one, found, jobs),
    )


def _solution_of(campaign: Resource) -> str:
    return str(campaign.body["solutionVersionArn"]).rpartition("/")[0]


def _signed(number: float) -> str:
    return f"{number:+.4f}".replace("-", "−")


def _recipe(arn: str) -> tuple[str, str]:
    """Its name at Amazon, and ours; empty where the recipe is still searched for."""
    name = key_of(arn).partition("/")[2] if arn else ""
    return name, RECIPES[name].ours if name in RECIPES else ""
