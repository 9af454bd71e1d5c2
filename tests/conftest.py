"""What every test stands on: closed sockets, a clean environment, an own var folder, real ratings where at hand, fixed chance."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from recommender import neural_extra
from recommender.models.kernels import native
from recommender.settings import Settings
from tests import stand_ins

SEED = 580  # of every rng
PAGES_BETWEEN_WAITS = 2  # files of tests/browser between two of tests/faults
MOST_AT_ONCE = 4  # processes: each has stand-ins, a site and a browser of its own
TEST_DATA = os.environ.get("MATINEE_TEST_DATA", "")  # read once, before anything is cleaned

hypothesis.settings.register_profile("matinee", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("matinee")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-browser", action="store_true", help="fail, rather than skip, where no browser test can be run")
    parser.addoption(
        "--require-stand-ins", action="store_true", help="fail, rather than skip, where a stand-in for Amazon's services is not installed"
    )
    parser.addoption(
        "--require-clients", action="store_true", help="fail, rather than skip, where another client of Personalize is missing"
    )
    parser.addoption("--require-spark", action="store_true", help="fail, rather than skip, where Apache Spark cannot run")
    parser.addoption("--require-neural", action="store_true", help="fail, rather than skip, where PyTorch is not installed")
    parser.addoption("--require-kernels", action="store_true", help="fail, rather than skip, where the kernels in C are not built")
    parser.addoption(
        "--kernels",
        choices=[native.PLAIN, *native.INSTRUCTIONS],
        help="what the kernels in C make use of in this run, as MATINEE_KERNELS has it",
    )
    parser.addoption(
        "--kernels-from", metavar="FOLDER", help="where the kernels in C lie that the tests are to call, instead of those installed"
    )
    parser.addoption("--long", action="store_true", help="run the long proofs too, each of a minute or more")
    parser.addoption("--rng-seed", type=int, default=SEED, help="the number that every test's rng starts from")


def pytest_configure(config: pytest.Config) -> None:
    if folder := config.getoption("--kernels-from"):
        native.__path__.insert(0, folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """With `-n auto`: as many as there are cores for all tests; none beside this one for some, named or chosen: it takes long to start."""
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    chosen = any(config.getoption(name, None) for name in ("keyword", "markexpr", "lf"))
    cores = min(os.cpu_count() or 1, MOST_AT_ONCE)
    return 0 if named or chosen or cores == 1 else cores


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first: files that wait for what dies and comes again, in turn with pages, which keep all cores busy.

    Of two processes that test, one then waits while the other works, and in the end none waits long for the other.
    """
    rooms: dict[str, list[list[pytest.Item]]] = {"faults": [], "browser": [], "": []}
    for path, of_it in groupby(items, key=lambda item: item.path):
        is_long = path.parent.parent == config.rootpath / "tests" and path.parent.name in rooms
        rooms[path.parent.name if is_long else ""].append([*of_it])
    pages = iter(rooms["browser"])
    ordered = [file for waits in rooms["faults"] for file in (waits, *islice(pages, PAGES_BETWEEN_WAITS))]
    items[:] = chain.from_iterable((*ordered, *pages, *rooms[""]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What needs PyTorch or the kernels in C is skipped with a word where there are none; so is a long proof where nobody asked for it."""
    if item.get_closest_marker("slow") and not item.config.getoption("--long"):
        pytest.skip("a long proof; --long runs it")
    if item.get_closest_marker("kernels") and native.missing():
        if item.config.getoption("--require-kernels"):
            pytest.fail(f"--require-kernels was given. {native.says()}", pytrace=False)
        pytest.skip(native.says())
    if item.get_closest_marker("neural") and (missing := neural_extra.what_is_missing()):
        if item.config.getoption("--require-neural"):
            pytest.fail(f"--require-neural was given, but {missing}", pytrace=False)
        pytest.skip(f"{missing}; {neural_extra.REMEDY}")


def pytest_report_header(config: pytest.Config) -> list[str]:
    kernels = [str(found.__file__) for name in native.NAMES if (found := native.kernel(name))]
    return [
        f"ratings for tests: {TEST_DATA or 'none (MATINEE_TEST_DATA is unset)'}; rng seed: {config.getoption('--rng-seed')}",
        *([f"kernels: {', '.join(kernels)}"] if config.getoption("--kernels-from") else []),
    ]


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody's settings, accounts or proxies reach a test. MATINEE_TEST_DATA stays: it names the tests' own data."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            foreign = name.startswith(("MATINEE_", "AWS_")) and name != "MATINEE_TEST_DATA"
            if foreign or name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
                environment.delenv(name)
        if kernels := request.config.getoption("--kernels"):
            environment.setenv(native.VARIABLE, kernels)
        environment.setattr(os, "nice", lambda more: more)  # of a command that is called here, and would leave all tests after it behind
        yield


@pytest.fixture(autouse=True)
def _environment_of_one_test() -> Iterator[None]:
    """What one test writes into the environment, the next does not find."""
    before = dict(os.environ)
    yield
    after = dict(os.environ)
    for name in after.keys() - before.keys():
        del os.environ[name]
    os.environ.update({name: value for name, value in before.items() if after.get(name) != value and name != "PYTEST_CURRENT_TEST"})


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Chance that is the same in every run; what it started from is printed with a failure."""
    seed = request.config.getoption("--rng-seed")
    print(f"rng = numpy.random.default_rng({seed})")
    return np.random.default_rng(seed)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """An empty var folder of this test's own."""
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


@pytest.fixture
def var_settings(var: Path) -> Settings:
    """Settings of a site that keeps everything in `var` and downloads nothing."""
    return Settings(
        download_url="",
        profiles_url=f"sqlite://{var / 'matinee.sqlite3'}",
        blobs_url=f"file://{var / 'blobs'}",
        secret_file=str(var / "secret"),
    )


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """S3 and DynamoDB that answer, but are not atomic; every test takes names of its own for its tables and buckets."""
    with stand_ins.moto() as url:
        yield url


@pytest.fixture(scope="session")
def ministack_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """S3 and DynamoDB that may be raced on."""
    _must_be_installed("ministack", request.config)
    with stand_ins.ministack(tmp_path_factory.mktemp("ministack")) as url:
        yield url


@pytest.fixture(scope="session")
def dynalite_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """DynamoDB alone, strict, that may be raced on."""
    _must_be_installed("dynalite", request.config)
    with stand_ins.dynalite() as url:
        yield url


def _must_be_installed(name: str, config: pytest.Config) -> None:
    if missing := stand_ins.what_is_missing(name):
        if config.getoption("--require-stand-ins"):
            pytest.fail(f"--require-stand-ins was given, but there is {missing}", pytrace=False)
        pytest.skip(f"there is {missing}")


@pytest.fixture
def amazon_environment() -> Callable[[str], None]:
    """Sends this test's boto3, and that of the processes it starts, to the stand-in of a URL."""
    return lambda url: os.environ.update(stand_ins.environment_for(url))


@pytest.fixture(scope="session")
def ml_latest_small() -> Path:
    """The folder of MovieLens latest-small: 100,836 ratings, 610 viewers."""
    return _data_set("ml-latest-small", "ratings.csv")


@pytest.fixture(scope="session")
def ml_100k() -> Path:
    """The folder of MovieLens 100k: 943 viewers, with its folds u1 to u5."""
    return _data_set("ml-100k", "u.data")


def _data_set(name: str, its_ratings: str) -> Path:
    if not TEST_DATA:
        pytest.skip(f"MATINEE_TEST_DATA is unset; name a folder that holds {name}")
    folder = Path(TEST_DATA) / name
    if not (folder / its_ratings).is_file():
        pytest.skip(f"no {its_ratings} in {folder}, the place of {name} after MATINEE_TEST_DATA")
    return folder
