import json
import os
from dataclasses import replace
from pathlib import Path

import boto3
import numpy as np
import pytest

from recommender.personalize import arns
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.batches import segments
from recommender.personalize.batches.inference import Job, version_of
from recommender.personalize.batches.lines import LONGEST_LINE, answer_of
from recommender.personalize.columns import Ids
from recommender.personalize.recipes import RECIPES
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, FAILED, Resource
from recommender.personalize.trained import FORGOTTEN, Trained
from tests import stand_ins
from tests.recommender.personalize.learning.groups import GROUP, MOVED, N_ITEMS, Store, films, interactions, item, recipe, rounds
from tests.recommender.personalize.worlds import two_tastes


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path)
    (tmp_path / "in").mkdir()
    found.settings = replace(found.settings, import_folders=str(tmp_path))
    found.holds("INTERACTIONS", interactions(rounds()))
    found.holds("ITEMS", films())
    return found


def filtered(store: Store, expression: str) -> str:
    arn = arns.arn_of(arns.FILTER, "f")
    one = Resource(arn, ACTIVE, 1, 1, {"datasetGroupArn": GROUP, "filterExpression": expression})
    return store.registry.change(lambda found: found.add(one)).arn


def asked(store: Store, tmp_path: Path, name: str, lines: list[object], kind: str = arns.BATCH, **body: object) -> tuple[Resource, list]:
    """The job, and what it wrote for each line."""
    version = store.version(store.solution(name, **recipe(name)))
    assert version.status == ACTIVE, version.failure_reason
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    (tmp_path / "in" / "asks.json").write_text(text)
    where = {"jobInput": {"s3DataSource": {"path": f"file://{tmp_path}/in/asks.json"}}}
    where |= {"jobOutput": {"s3DataDestination": {"path": f"file://{tmp_path}/out/"}}}
    job = store.asked(kind, "job", solutionVersionArn=version.arn, **where, **body)
    out = tmp_path / "out" / "asks.json.out"
    return job, [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []


def left(user: int, taste: str = "comedy") -> set[str]:
    return {item(taste, user * 3 // 2 + step) for step in range(MOVED, N_ITEMS)}


RELEVANCE = {"batchInferenceJobConfig": {"itemExplorationConfig": {"explorationWeight": "0", "explorationItemAgeCutOff": "30"}}}


def test_a_user_gets_what_a_campaign_would_give_with_scores_that_fall(store, tmp_path):
    lines = [{"userId": "comedy-fan-00"}, {"userId": "drama-fan-03"}]
    job, told = asked(store, tmp_path, "aws-user-personalization", lines, numResults=4, **RELEVANCE)
    assert job.status == ACTIVE, job.failure_reason
    assert [line["input"] for line in told] == lines
    assert set(told[0]["output"]["recommendedItems"]) == left(0)
    assert set(told[1]["output"]["recommendedItems"]) == left(3, "drama")
    assert [line["error"] for line in told] == [None, None]
    scores = told[0]["output"]["scores"]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1
    assert (job.inner["lines"], job.inner["errors"]) == (2, 0)


def test_twenty_five_results_are_usual_and_who_is_unknown_gets_what_is_popular(store, tmp_path):
    _, told = asked(store, tmp_path, "aws-user-personalization", [{"userId": "nobody"}], **RELEVANCE)
    assert len(told[0]["output"]["recommendedItems"]) == len(told[0]["output"]["scores"]) == 25


def test_items_are_tried_out_as_the_job_says(store, tmp_path):
    def listed(weight: str, name: str) -> list[str]:
        (tmp_path / "out").mkdir(exist_ok=True)
        config = {"itemExplorationConfig": {"explorationWeight": weight, "explorationItemAgeCutOff": "3650"}}
        sub = Store(tmp_path / name)
        sub.settings = store.settings
        sub.holds("INTERACTIONS", interactions(rounds()))
        sub.holds("ITEMS", films())
        _, told = asked(
            sub, tmp_path, "aws-user-personalization", [{"userId": "comedy-fan-00"}], numResults=10, batchInferenceJobConfig=config
        )
        return list(told[0]["output"]["recommendedItems"])

    assert listed("0", "a") != listed("1", "b")


def test_a_line_that_is_none_has_an_error_and_the_others_an_answer(store, tmp_path):
    lines = [
        "{",
        '"user"',
        {"userId": 5},
        {"itemId": "comedy00"},
        "",
        {"userId": "comedy-fan-00", "filterValues": {"A": "1"}},
        {"userId": "drama-fan-00"},
    ]
    job, told = asked(store, tmp_path, "aws-popularity-count", lines)
    assert job.status == ACTIVE
    assert [line["output"] is None for line in told] == [True, True, True, True, True, False]
    assert told[0]["input"] == "{"
    assert "JSON object" in told[0]["error"]
    assert "userId must be a text, not 5." in told[2]["error"]
    assert "filterValues are for a filter" in told[4]["error"]
    assert (job.inner["lines"], job.inner["errors"]) == (6, 5)


def test_related_items_are_of_the_same_taste(store, tmp_path):
    _, told = asked(store, tmp_path, "aws-sims", [{"itemId": "drama04"}, {"itemId": "unknown"}], numResults=5)
    assert all(one.startswith("drama") for one in told[0]["output"]["recommendedItems"])
    assert "drama04" not in told[0]["output"]["recommendedItems"]
    assert len(told[1]["output"]["recommendedItems"]) == 5  # as at Amazon: popular ones


def test_a_given_list_is_put_in_order_and_what_nobody_knows_comes_last(store, tmp_path):
    items = ["nothing", "drama00", item("comedy", 3 + MOVED), "drama05"]
    _, told = asked(
        store, tmp_path, "aws-personalized-ranking", [{"userId": "comedy-fan-02", "itemList": items}, {"userId": "x", "itemList": []}]
    )
    listed = told[0]["output"]["recommendedItems"]
    assert sorted(listed) == sorted(items)
    assert (listed[0], listed[-1]) == (item("comedy", 3 + MOVED), "nothing")
    assert told[0]["output"]["scores"][-1] == 0
    assert "itemList must be a list of 1 to 500 texts" in told[1]["error"]


def test_a_filter_takes_its_values_from_each_line(store, tmp_path):
    arn = filtered(store, "INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)")
    lines = [{"userId": "comedy-fan-00", "filterValues": {"GENRE": f'"{genre}"'}} for genre in ("Comedy", "Drama")]
    _, told = asked(
        store, tmp_path, "aws-user-personalization", [*lines, {"userId": "comedy-fan-00"}], numResults=4, filterArn=arn, **RELEVANCE
    )
    assert all(one.startswith("comedy") for one in told[0]["output"]["recommendedItems"])
    assert all(one.startswith("drama") for one in told[1]["output"]["recommendedItems"])
    assert "GENRE" in told[2]["error"]


def test_every_json_file_of_a_folder_is_answered_in_one_of_its_own(store, tmp_path):
    version = store.version(store.solution("s", **recipe("aws-popularity-count")))
    for name in ("a.json", "b.jsonl", "c.csv"):
        (tmp_path / "in" / name).write_text('{"userId": "1"}\n')
    where = {
        "jobInput": {"s3DataSource": {"path": f"file://{tmp_path}/in"}},
        "jobOutput": {"s3DataDestination": {"path": f"file://{tmp_path}/out"}},
    }
    assert store.asked(arns.BATCH, "job", solutionVersionArn=version.arn, **where).status == ACTIVE
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json.out", "b.jsonl.out"]


@pytest.mark.parametrize(("lines", "words"), [([], "There is no line in"), (["", "  "], "There is no line in")])
def test_a_file_without_a_line_fails_and_writes_nothing(store, tmp_path, lines, words):
    job, told = asked(store, tmp_path, "aws-popularity-count", lines)
    assert job.status == FAILED
    assert words in job.failure_reason
    assert told == []


def test_a_file_that_is_not_there_fails_in_words(store, tmp_path):
    version = store.version(store.solution("s", **recipe("aws-popularity-count")))
    where = {
        "jobInput": {"s3DataSource": {"path": f"file://{tmp_path}/none.json"}},
        "jobOutput": {"s3DataDestination": {"path": f"file://{tmp_path}/out"}},
    }
    job = store.asked(arns.BATCH, "job", solutionVersionArn=version.arn, **where)
    assert job.status == FAILED
    assert "none.json" in job.failure_reason


def test_buckets_are_read_and_written(store, moto_url):
    os.environ.update(stand_ins.environment_for(moto_url))
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="batch-jobs")
    s3.put_object(Bucket="batch-jobs", Key="in/asks.json", Body=b'{"itemId":"drama03"}\n{"itemId":5}\n')
    version = store.version(store.solution("s", **recipe("aws-sims")))
    where = {
        "jobInput": {"s3DataSource": {"path": "s3://batch-jobs/in/"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://batch-jobs/out"}},
    }
    job = store.asked(arns.BATCH, "job", solutionVersionArn=version.arn, roleArn="arn:aws:iam::000000000000:role/r", **where)
    assert job.status == ACTIVE, job.failure_reason
    told = s3.get_object(Bucket="batch-jobs", Key="out/asks.json.out")["Body"].read().splitlines()
    assert [json.loads(line)["error"] for line in told] == [None, "itemId must be a text, not 5."]


def test_a_line_that_is_too_long_is_an_error():
    told = answer_of(b'{"userId": "' + b"x" * LONGEST_LINE + b'"}\n', lambda said: {})
    assert told["output"] is None
    assert "at most 1,048,576 bytes" in told["error"]
    assert len(told["input"]) == 200


def test_a_segment_is_the_users_who_like_such_items_and_have_not_had_this_one(store, tmp_path):
    wanted = item("comedy", MOVED)  # of all who like such, three have it before them
    job, told = asked(store, tmp_path, "aws-item-affinity", [{"itemId": wanted}, {"itemId": "none"}], arns.SEGMENT, numResults=3)
    assert job.status == ACTIVE, job.failure_reason
    users = told[0]["output"]["usersList"]
    assert sorted(users) == ["comedy-fan-00", "comedy-fan-18", "comedy-fan-19"]
    assert told[1]["output"] is None
    assert "There is no item 'none'" in told[1]["error"]


def test_a_segment_names_nobody_who_was_deleted_since_the_training(store, tmp_path):
    wanted = {"itemId": item("comedy", MOVED)}
    job, told = asked(store, tmp_path, "aws-item-affinity", [wanted], arns.SEGMENT, numResults=3)
    assert "comedy-fan-18" in told[0]["output"]["usersList"]
    (tmp_path / "in" / "gone.csv").write_text("USER_ID\ncomedy-fan-18\n")
    store.asked(arns.DELETION, "gone", datasetGroupArn=GROUP, dataSource={"dataLocation": f"file://{tmp_path}/in/gone.csv"})

    store.asked(arns.SEGMENT, "again", **{name: job.body[name] for name in ("solutionVersionArn", "jobInput", "jobOutput")})

    [line] = (tmp_path / "out" / "asks.json.out").read_text().splitlines()
    users = json.loads(line)["output"]["usersList"]
    assert "comedy-fan-19" in users
    assert not [user for user in users if user == "comedy-fan-18" or user.startswith("\0")]


def test_a_segment_of_attributes_is_the_users_of_that_taste(store, tmp_path):
    lines = [{"itemAttributes": f'ITEMS.genres = "{genre}"'} for genre in ("Comedy", "Drama")]
    lines += [{"itemAttributes": 'ITEMS.genres = "Drama" AND ITEMS.studio = "North"'}, {"itemAttributes": "what is good"}]
    _, told = asked(store, tmp_path, "aws-item-attribute-affinity", lines, arns.SEGMENT, numResults=10)
    assert all(user.startswith("comedy") for user in told[0]["output"]["usersList"])
    assert all(user.startswith("drama") for user in told[1]["output"]["usersList"])
    assert told[1]["output"] == told[2]["output"]
    assert told[3]["output"] is None


def test_a_filter_of_users_thins_a_segment(store, tmp_path):
    arn = filtered(store, 'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("watch")')
    _, told = asked(store, tmp_path, "aws-item-affinity", [{"itemId": item("comedy", 0)}], arns.SEGMENT, filterArn=arn)
    assert told[0]["output"] == {"usersList": []}


def test_more_segments_than_there_may_be_fail_in_words(store, tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "MOST_QUESTIONS", 2)
    job, _ = asked(store, tmp_path, "aws-item-affinity", [{"itemId": f"comedy0{n}"} for n in range(3)], arns.SEGMENT)
    assert job.status == FAILED
    assert "more than 2 different segments" in job.failure_reason


def test_what_a_version_was_not_trained_for_is_refused(store):
    version = store.version(store.solution("s", eventType="buy", **recipe("aws-sims")))
    job = Resource("a", "", 1, 1, {"solutionVersionArn": version.arn})
    with pytest.raises(InvalidInputError, match="needs a version that is ACTIVE"):
        version_of(store.registry.read(), job)


def test_a_segment_names_nobody_who_was_deleted_and_has_as_many_as_it_may():
    def named(taught: Trained, n: int) -> list[str]:
        question = json.dumps(["itemId", "c4"])
        return segments.Segments(Job(Loaded(taught), RECIPES["aws-item-affinity"], n), [question]).users(question, {})

    taught = two_tastes()
    before = named(taught, 3)
    names = [f"{FORGOTTEN}1" if name == before[0] else name for name in taught.users.texts(range(len(taught.users)))]
    assert named(replace(taught, users=Ids.of(names, "users")), 2) == before[1:]


def test_users_are_compared_by_the_share_of_their_own_scores(monkeypatch):
    """To the first one item is as good as any other; to the second it alone is good."""
    trained = two_tastes()
    alike, apart = np.zeros((1, 8)), np.full((1, 8), -5.0)
    apart[0, 0] = 0.0
    of = {0: alike, 1: apart}
    monkeypatch.setattr(
        segments, "values_of", lambda model, rows, **_: ((np.array([row]), of.get(row, np.full((1, 8), -9.0))) for row in rows.tolist())
    )
    job = Job(Loaded(trained), RECIPES["aws-item-affinity"], 2)
    question = segments.question_of(job, {"itemId": "c1"})
    assert segments.Segments(job, [question]).users(question, {}) == ["bob", "ann"]
