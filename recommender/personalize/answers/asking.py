"""GetRecommendations and GetPersonalizedRanking: from what a client sent to the answer as it goes over the wire."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import PersonalizeError
from recommender.personalize import arns
from recommender.personalize.amazon_recipe import PERSONALIZED_RANKING, RELATED_ITEMS
from recommender.personalize.answers import put_items
from recommender.personalize.answers.arranging import POPULAR, Placed, explored, promoted
from recommender.personalize.answers.histories import Known, known_of
from recommender.personalize.answers.loaded import Loaded, Models
from recommender.personalize.answers.put_items import PutItems
from recommender.personalize.answers.relevance import LONGEST, Scored, alike, ordered, scored, shares_of
from recommender.personalize.answers.serving import Serving, serving_of
from recommender.personalize.answers.shown import Followed, Shown, open_shown
from recommender.personalize.arns import key_of
from recommender.personalize.asks import Asks
from recommender.personalize.filters import Asking, Filter, read_filter
from recommender.personalize.filters.expressions import CURRENT_USER, INTERACTIONS, ITEMS
from recommender.personalize.filters.masks import columns_of_events
from recommender.personalize.filters.values import read_values
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, Registry, Resources
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs

Json = Mapping[str, Any]

ORDINARY, LONGEST_WITH_METADATA = 25, 50  # items of a list when nothing is said, and the most with fields of items
SECONDS_BETWEEN_FOLLOWING = 20.0  # until what became of what was explored is looked at again
RESTS_FOR_EACH_SECOND = 50.0  # seconds that pass at least for each that the last look took
WITHOUT_WISHES = frozenset({"campaignArn", "recommenderArn", "userId", "itemId", "numResults", "context"})
NO_EVENTS: tuple[LiveEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class _Made:
    """A list as it was answered, while nothing has changed for its user: items and explored, by id, and what goes over the wire."""

    events: tuple[LiveEvent, ...]
    followed: Followed | None
    items: list[str]
    explored: list[str]
    body: bytes
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class _Asker:
    user_id: str
    known: Known
    events: tuple[LiveEvent, ...]


class Answers:
    """Lists from the resources of a registry. note: told of each list that is asked for: campaign, user, and whether it was made ahead."""

    def __init__(
        self,
        registry: Registry,
        live: Live,
        models: Models,
        shown: Shown,
        *,
        note: Callable[[str, str, bool], None] = lambda key, user_id, ahead: None,
        seconds_between_following: float = SECONDS_BETWEEN_FOLLOWING,
        seconds_between_items: float = put_items.SECONDS,
    ) -> None:
        self.registry, self.live, self.shown = registry, live, shown
        self._models, self._note, self._seconds = models, note, seconds_between_following
        self._put_items = PutItems(registry, live, seconds=seconds_between_items)
        self._read: Resources | None = None
        self._servings: dict[tuple[str, str], Serving] = {}
        self._followed: dict[str, tuple[float, Followed]] = {}
        self._following = threading.Lock()

    def recommendations(self, sent: Json) -> bytes:
        """The body that answers GetRecommendations; InvalidInputError, ResourceNotFoundError, OutOfServiceError."""
        serving = self._serving(sent)
        loaded = self._models.of_serving(serving)
        if serving.recipe.kind == PERSONALIZED_RANKING:
            raise InvalidInputError(f"{serving.recipe.name} orders a list that is given: ask GetPersonalizedRanking.")
        for name in serving.recipe.wants:
            if not sent.get(name):
                raise InvalidInputError(f"{name} must be given: {serving.recipe.name} makes lists by it.")
        user_id, n = str(sent.get("userId") or ""), _n_results(sent)
        if serving.recipe.kind == RELATED_ITEMS:
            return self._related(serving, loaded, sent, user_id, n)
        events = self._events_of(serving.group, loaded, user_id)
        followed = self._followed_of(serving) if serving.weight > 0 else None
        if not WITHOUT_WISHES.issuperset(sent):
            return self._wished(serving, loaded, sent, _Asker(user_id, self._known(loaded, user_id, events), events), n, followed)
        key = ("made", serving.key, serving.weight, serving.cut_off, user_id, n)
        made: _Made | None = loaded.lists.get(key)
        if made is None or made.events is not events or made.followed is not followed:
            made = loaded.lists.put(key, self._plain(serving, loaded, user_id, events, n, followed))
        self._note(serving.key, user_id, made.is_ahead)
        named = self.shown.note(serving.key, made.items, made.explored)
        return made.body + named.encode() + b'"}'

    def ranking(self, sent: Json) -> bytes:
        """The body that answers GetPersonalizedRanking: the items of inputList in another order, those that nobody knows last."""
        serving = self._serving(sent)
        if serving.recipe.kind != PERSONALIZED_RANKING:
            raise InvalidInputError(f"{serving.recipe.name} makes lists of its own: ask GetRecommendations.")
        loaded = self._models.of_serving(serving)
        given, names = list(sent["inputList"]), self._columns_asked(serving, loaded, sent)
        most = LONGEST_WITH_METADATA if names else LONGEST
        if len(given) > most:
            raise InvalidInputError(
                f"inputList must name at most {most} items{' where metadataColumns are asked' if names else ''}, not {len(given)}."
            )
        user_id = str(sent["userId"])
        events = self._events_of(serving.group, loaded, user_id)
        asker = _Asker(user_id, self._known(loaded, user_id, events), events)
        of = self._scored(loaded, asker)
        positions = [loaded.trained.items.position(item) for item in given]
        allowed = self._allowed(serving, loaded, sent, asker, None)
        known = [(at, item) for at, item in zip(positions, given, strict=True) if at is not None and (allowed is None or allowed[at])]
        columns = np.array([at for at, _ in known], dtype=np.intp)
        scores = np.where(np.isnan(of.scores[columns]), of.neutral, of.scores[columns])
        order = np.argsort(-scores, kind="stable")
        shares = shares_of(scores, of.neutral)
        entries = [self._entry(loaded, Placed(int(columns[at])), float(shares[at]), names) for at in order.tolist()]
        unknown = [item for at, item in zip(positions, given, strict=True) if at is None and not _only_included(sent)]
        entries += [b'{"itemId":' + _text(item) + b"}" for item in unknown]
        items = [known[at][1] for at in order.tolist()] + unknown
        self._note(serving.key, user_id, False)
        named = self.shown.note(serving.key, items, [])
        return b'{"personalizedRanking":[' + b",".join(entries) + b'],"recommendationId":"' + named.encode() + b'"}'

    def _serving(self, sent: Json) -> Serving:
        campaign, recommender = sent.get("campaignArn"), sent.get("recommenderArn")
        if (campaign is None) == (recommender is None):
            raise InvalidInputError("Give either campaignArn or recommenderArn" + (", not both." if campaign else "; there is neither."))
        arn, kind = (str(campaign), arns.CAMPAIGN) if campaign is not None else (str(recommender), arns.RECOMMENDER)
        found = self.registry.recent()
        if found is not self._read:
            self._read, self._servings = found, {}
        servings = self._servings
        known = servings.get((arn, kind))
        if known is None:
            try:
                known = serving_of(found, arn, kind)
            except PersonalizeError:
                return serving_of(self.registry.read(), arn, kind)  # made, or ready, since the last look
            servings[arn, kind] = known
        return known

    def _events_of(self, group: str, loaded: Loaded, user_id: str) -> tuple[LiveEvent, ...]:
        """The user's; for somebody whom nobody knows, those of the session of that name: so visitors are known before they sign in."""
        if not user_id:
            return NO_EVENTS
        events = self.live.of_user(group, user_id)
        if not events and loaded.user(user_id) is None:
            return self.live.of_session(group, user_id) or NO_EVENTS
        return events or NO_EVENTS

    def _known(self, loaded: Loaded, user_id: str, events: tuple[LiveEvent, ...]) -> Known:
        return known_of(loaded.trained, loaded.user(user_id) if user_id else None, events)

    def _scored(self, loaded: Loaded, asker: _Asker) -> Scored:
        is_for_all = not loaded.trained.model.is_personal or not len(asker.known.history)
        key = ("scored", None if is_for_all else asker.user_id)
        kept: tuple[tuple[LiveEvent, ...], Scored] | None = loaded.scores.get(key)
        if kept is not None and (kept[0] is asker.events or is_for_all):
            return kept[1]
        of = scored(loaded, asker.known.history)
        loaded.scores.put(key, (asker.events, of))
        return of

    def _plain(
        self, serving: Serving, loaded: Loaded, user_id: str, events: tuple[LiveEvent, ...], n: int, followed: Followed | None
    ) -> _Made:
        """Without filter, promotion or fields: from the list made ahead where that holds."""
        known = self._known(loaded, user_id, events)
        asker = _Asker(user_id, known, events)
        trained = loaded.trained
        ahead = _ahead(loaded, known, n)
        if ahead is not None and serving.weight <= 0 and trained.ready_scores is not None and known.user is not None:
            placed = [Placed(column) for column in ahead.tolist()]
            shares = trained.ready_scores[known.user, : len(placed)].tolist()
        else:
            of = self._scored(loaded, asker)
            relevant = ahead if ahead is not None and serving.weight <= 0 else ordered(loaded, of, max(n, ORDINARY), ~of.out)
            placed = explored(loaded, relevant, n, serving.weight, serving.cut_off, known.history, of, ~of.out, user_id, followed)
            shares = of.shares[[one.column for one in placed]].astype(np.float32).tolist()
        return _Made(
            events,
            followed,
            trained.items.texts([one.column for one in placed]),
            trained.items.texts([one.column for one in placed if one.reason]),
            self._body([self._entry(loaded, one, share, ()) for one, share in zip(placed, shares, strict=True)]),
            ahead is not None,
        )

    def _wished(self, serving: Serving, loaded: Loaded, sent: Json, asker: _Asker, n: int, followed: Followed | None) -> bytes:
        names = self._columns_asked(serving, loaded, sent)
        _check_with_metadata(n, names, sent)
        of = self._scored(loaded, asker)
        through = self._allowed(serving, loaded, sent, asker, None)
        # Whoever asks for what they have taken part in is given that; else it is left out, as everywhere.
        allowed = ~of.out if through is None else through if _asks_own(self._filter(sent, serving)) else through & ~of.out
        relevant = ordered(loaded, of, max(n, ORDINARY), allowed)
        placed = explored(loaded, relevant, n, serving.weight, serving.cut_off, asker.known.history, of, allowed, asker.user_id, followed)
        for promotion in sent.get("promotions") or ():
            placed = self._promoted(serving, loaded, promotion, asker, of, allowed, placed, n)
        shares = of.shares[[one.column for one in placed]].astype(np.float32).tolist()
        entries = [self._entry(loaded, one, share, names) for one, share in zip(placed, shares, strict=True)]
        return self._told(serving, loaded, asker.user_id, placed, entries)

    def _related(self, serving: Serving, loaded: Loaded, sent: Json, user_id: str, n: int) -> bytes:
        names = self._columns_asked(serving, loaded, sent)
        _check_with_metadata(n, names, sent)
        trained = loaded.trained
        item = trained.items.position(str(sent["itemId"]))
        events = self._events_of(serving.group, loaded, user_id)
        asker = _Asker(user_id, self._known(loaded, user_id, events), events)
        allowed = self._allowed(serving, loaded, sent, asker, item)
        leaves_out = serving.recipe.leaves_out
        if leaves_out and user_id:
            allowed = np.ones(len(trained.items), dtype=bool) if allowed is None else allowed.copy()
            allowed[columns_of_events(trained, Asking(asker.known.user, asker.known.events), frozenset({leaves_out}))] = False
        key = ("alike", item, n, serving.recipe.by_content)
        found = loaded.lists.get(key) if allowed is None else None
        if found is None:
            every = np.ones(len(trained.items), dtype=bool) if allowed is None else allowed
            found = alike(loaded, item, n, every, by_content=serving.recipe.by_content)
            if allowed is None:
                loaded.lists.put(key, found)
        placed = [Placed(column, POPULAR if at >= found.filled else "") for at, column in enumerate(found.columns)]
        for promotion in sent.get("promotions") or ():
            every = np.ones(len(trained.items), dtype=bool) if allowed is None else allowed
            through = self._through(serving, loaded, promotion, asker, item) & every
            best = alike(loaded, item, n, through, by_content=serving.recipe.by_content).columns
            placed = promoted(placed, best, *_promotion(promotion), n)
        likeness = dict(zip(found.columns[: found.filled], found.likeness, strict=False))
        entries = [self._entry(loaded, one, likeness.get(one.column), names) for one in placed]
        return self._told(serving, loaded, user_id, placed, entries)

    def _promoted(
        self,
        serving: Serving,
        loaded: Loaded,
        promotion: Json,
        asker: _Asker,
        of: Scored,
        allowed: NDArray[np.bool_],
        placed: list[Placed],
        n: int,
    ) -> list[Placed]:
        name, percent = _promotion(promotion)
        through = self._through(serving, loaded, promotion, asker, None) & allowed
        return promoted(placed, ordered(loaded, of, n, through).tolist(), name, percent, n)

    def _told(self, serving: Serving, loaded: Loaded, user_id: str, placed: Sequence[Placed], entries: list[bytes]) -> bytes:
        items = loaded.trained.items
        self._note(serving.key, user_id, False)
        named = self.shown.note(
            serving.key,
            items.texts([one.column for one in placed]),
            items.texts([one.column for one in placed if one.reason == "Exploration"]),
        )
        return self._body(entries) + named.encode() + b'"}'

    def _body(self, entries: list[bytes]) -> bytes:
        return b'{"itemList":[' + b",".join(entries) + b'],"recommendationId":"'

    def _entry(self, loaded: Loaded, placed: Placed, score: float | None, names: Sequence[str]) -> bytes:
        found = loaded.item_json(placed.column)
        if score is not None:
            found += b',"score":%.9g' % score
        if placed.promotion:
            found += b',"promotionName":' + _text(placed.promotion)
        if placed.reason:
            found += b',"reason":[' + _text(placed.reason) + b"]"
        if names:
            fields = loaded.trained.item_fields
            told = {asked: _told_value(fields.value(asked, placed.column)) for asked in names}
            found += b',"metadata":' + _text({name: value for name, value in told.items() if value is not None})
        return found + b"}"

    def _filter(self, sent: Json, serving: Serving) -> Filter | None:
        arn = sent.get("filterArn")
        if not arn:
            return None
        found = self.registry.recent()
        one = found.find(str(arn))
        if one is None or one.kind != arns.FILTER:
            one = self.registry.read().get(str(arn), arns.FILTER)  # made a moment ago
        if one.status != ACTIVE:
            raise InvalidInputError(f"The filter {one.arn} is {one.status}; it can be used once it is ACTIVE.")
        if key_of(str(one.body.get("datasetGroupArn", ""))).rpartition("/")[2] != serving.group:
            raise InvalidInputError(f"The filter {one.arn} is of another data set group than {serving.key}.")
        return read_filter(str(one.body["filterExpression"]))

    def _allowed(self, serving: Serving, loaded: Loaded, sent: Json, asker: _Asker, item: int | None) -> NDArray[np.bool_] | None:
        """What the request's filter lets through; None without one."""
        if "filterArn" not in sent:
            if sent.get("filterValues"):
                raise InvalidInputError("filterValues are for a filter: give its filterArn as well.")
            return None
        return self._through(serving, loaded, sent, asker, item)

    def _through(self, serving: Serving, loaded: Loaded, sent: Json, asker: _Asker, item: int | None) -> NDArray[np.bool_]:
        wanted = self._filter(sent, serving)
        if wanted is None:
            return np.ones(len(loaded.trained.items), dtype=bool)
        values = read_values(sent.get("filterValues") or {}, wanted)
        fields: Mapping[str, Any] = {}
        if asker.user_id and any(one.dataset == CURRENT_USER for one in wanted.conditions):
            fields = self.live.row(f"dataset/{serving.group}/USERS", asker.user_id) or {}
        asks_items = any(one.dataset == ITEMS for one in wanted.conditions)
        masks = self._put_items.masks_of(loaded, serving.group) if asks_items else loaded.masks
        return masks.let_through(wanted, values, Asking(asker.known.user, asker.known.events, fields, item))

    def _columns_asked(self, serving: Serving, loaded: Loaded, sent: Json) -> tuple[str, ...]:
        asked = sent.get("metadataColumns") or {}
        names: list[str] = []
        for kind, columns in asked.items():
            if kind.upper() != "ITEMS":
                raise InvalidInputError(f"metadataColumns gives fields of ITEMS, not of {kind}.")
            names += columns
        if names and not serving.with_metadata:
            raise InvalidInputError(f"{serving.key} gives no metadata: set enableMetadataWithRecommendations in its configuration first.")
        there = loaded.trained.item_fields.names
        for name in names:
            if name not in there:
                raise InvalidInputError(f"Items have no field {name} in what was trained; theirs are: {', '.join(there) or 'none'}.")
        return tuple(dict.fromkeys(names))

    def _followed_of(self, serving: Serving) -> Followed | None:
        """What became of what was explored, looked at anew after a while, in the background, by one thread at a time."""
        with self._following:
            due, known = self._followed.get(serving.key, (float("-inf"), Followed()))
            is_due = time.monotonic() >= due
            if is_due:
                self._followed[serving.key] = (float("inf"), known)
        if is_due:
            if self._seconds > 0:
                threading.Thread(target=self._follow, args=(serving.key,), daemon=True).start()
            else:
                self._follow(serving.key)
        return self._followed[serving.key][1]

    def _follow(self, key: str) -> None:
        began, found = time.monotonic(), None
        try:
            found = self.shown.followed(key)
        finally:
            with self._following:
                _, known = self._followed[key]
                if found is None or (found.explored_shown, found.explored_clicked) == (known.explored_shown, known.explored_clicked):
                    found = known
                now = time.monotonic()
                due = now + max(self._seconds, (now - began) * RESTS_FOR_EACH_SECOND) if self._seconds > 0 else now
                self._followed[key] = (due, found)


def open_answers(settings: Settings) -> Answers:
    """Over the blobs and the folder that the settings name; who asks is counted."""
    blobs = open_blobs(settings.blobs_url, cache_folder=settings.cache_folder)
    asks = Asks(blobs)

    def note(key: str, user_id: str, ahead: bool) -> None:
        asks.note(key, user_id, ahead=ahead)

    seconds = put_items.SECONDS_FAR if blobs.is_far else put_items.SECONDS
    return Answers(Registry(blobs), Live(blobs), Models.of(blobs), open_shown(settings), note=note, seconds_between_items=seconds)


def _n_results(sent: Json) -> int:
    n = sent.get("numResults") or ORDINARY
    if n > LONGEST:
        raise InvalidInputError(f"numResults must be from 0 to {LONGEST}, not {n}.")
    return int(n)


def _check_with_metadata(n: int, names: Sequence[str], sent: Json) -> None:
    if names and n > LONGEST_WITH_METADATA:
        raise InvalidInputError(f"numResults must be at most {LONGEST_WITH_METADATA} where metadataColumns are asked, not {n}.")


def _ahead(loaded: Loaded, known: Known, n: int) -> NDArray[np.int32] | None:
    """The first n of the list that was made ahead; None where there is none, or it is shorter than that and not whole."""
    trained = loaded.trained
    if known.user is None or not known.is_as_trained or not trained.ready.shape[1] or not trained.model.is_personal:
        return None
    row = trained.ready[known.user, :n]
    if not len(known.history) or row[0] < 0:
        return None
    found = row[row >= 0]
    is_whole = len(found) == n or len(found) + len(known.history) >= len(trained.items)
    return found if is_whole else None


def _promotion(said: Json) -> tuple[str, int]:
    for name in ("name", "percentPromotedItems", "filterArn"):
        if not said.get(name):
            raise InvalidInputError(
                f"A promotion must have {name}: its name, the share of places in per cent, and the filter of what is promoted."
            )
    return str(said["name"]), int(said["percentPromotedItems"])


def _asks_own(wanted: Filter | None) -> bool:
    """Whether it lets through what the user has taken part in."""
    return wanted is not None and any(
        expression.includes and any(one.dataset == INTERACTIONS for one in expression.conditions) for expression in wanted.expressions
    )


def _only_included(sent: Json) -> bool:
    """Items that nobody knows meet no filter."""
    return "filterArn" in sent


def _told_value(value: str | float | None) -> str | None:
    return f"{value:.15g}" if isinstance(value, float) else value


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
