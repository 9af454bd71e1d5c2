"""The three documents' pipelines against a Matinee of their own, each as its reader would run it: `python -m tests.journeys.pipelines`.

S3 is moto's; the site is `matinee serve` with everything in a folder that goes away. Nothing of the scripts is changed but the endpoint.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.aws.stand_in import answers, free_port, running
from tests import stand_ins

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "personalize"
CLIENTS = ROOT / ".clients-venv" / "bin"
TODAY, TWO_YEARS_AGO, CLI = "boto3 of today", "boto3 of two years ago", "AWS CLI 1"
GROUPS = {"fullstack": "personalize-demo-group", "lakehead": "lakehead-movies", "hrnn": "movie_recommendation"}
PATIENCE = 600  # seconds for one pipeline


@dataclass(frozen=True)
class Site:
    """A Matinee that speaks Personalize. environment: what a client needs to reach it and S3. folder: a folder that it imports from."""

    url: str
    environment: dict[str, str]
    folder: Path
    var: Path


@contextmanager
def site(s3_url: str, var: Path) -> Iterator[Site]:
    """`matinee serve` on the sample, with an access key of its own."""
    port = free_port()
    folder = var / "import"
    folder.mkdir(parents=True)
    matinee = {
        "PATH": os.environ["PATH"],
        "HOME": str(var),
        "MATINEE_DOWNLOAD_URL": "",
        "MATINEE_PROFILES_URL": f"sqlite://{var}/matinee.sqlite3",
        "MATINEE_BLOBS_URL": f"file://{var}/blobs",
        "MATINEE_SECRET_FILE": f"{var}/secret",
        "MATINEE_CACHE_FOLDER": f"{var}/cache",
        "MATINEE_OPERATOR_FILE": f"{var}/operator",
        "MATINEE_PORT": str(port),
        "MATINEE_IMPORT_FOLDERS": str(folder),
        "AWS_ENDPOINT_URL_S3": s3_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "matinee",
        "AWS_SECRET_ACCESS_KEY": "matinee",
    }
    program = str(Path(sys.executable).with_name("matinee"))
    keys = json.loads(
        subprocess.run(
            [program, "keys", "add", "--note", "pipelines"], env=matinee, cwd=var, capture_output=True, text=True, check=True
        ).stdout
    )
    client = {
        "PATH": os.environ["PATH"],
        "HOME": str(var),
        "AWS_ENDPOINT_URL_S3": s3_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": keys["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    url = f"http://127.0.0.1:{port}"
    with running([program, "serve"], matinee, var / "serve.log", is_up=lambda: answers(f"{url}/readyz")):
        yield Site(f"{url}/personalize", client, folder, var)


def run(pipeline: str, client: str, at: Site, data: Path, *, in_folder: bool = False) -> tuple[str, float]:
    """What the pipeline printed, and its seconds; its group is taken away afterwards, so that the next client finds nothing of it.

    in_folder: the events go to a folder that the site imports from, not to a bucket.
    """
    if client == CLI:
        file = next(path for path in (data / "u.data", data / "ratings.csv") if path.exists())
        command = ["bash", str(EXAMPLES / "hrnn.sh"), str(file), at.url]
    else:
        python = sys.executable if client == TODAY else str(CLIENTS / "python")
        command = [python, str(EXAMPLES / f"{pipeline}.py"), "--data", str(data), "--endpoint-url", at.url]
        command += ["--folder", str(at.folder)] if in_folder else []
    environment = {**at.environment, "AWS": str(CLIENTS / "aws"), "FOLDER": str(at.folder) if in_folder else ""}
    began = time.monotonic()
    done = subprocess.run(command, env=environment, cwd=at.var, capture_output=True, text=True, check=False, timeout=PATIENCE)
    seconds = time.monotonic() - began
    if done.returncode:
        log = (at.var / "serve.log").read_text()[-3000:]
        raise AssertionError(f"{pipeline} by {client} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}\n{log}")
    removal = [sys.executable, str(EXAMPLES / "remove.py"), GROUPS[pipeline], "--endpoint-url", at.url]
    subprocess.run(removal, env=at.environment, cwd=at.var, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return done.stdout, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, help="a data set; ml-latest-small of MATINEE_TEST_DATA if left out")
    parser.add_argument("--show", action="store_true", help="print what each printed")
    told = parser.parse_args()
    data = (told.data or Path(os.environ["MATINEE_TEST_DATA"]) / "ml-latest-small").resolve()
    with TemporaryDirectory() as var, stand_ins.moto() as s3_url, site(s3_url, Path(var)) as at:
        for client in (TODAY, TWO_YEARS_AGO, CLI):
            for pipeline in GROUPS if client != CLI else ("hrnn",):
                printed, seconds = run(pipeline, client, at, data)
                lists = re.findall(r"^Recommendations size: 25$|^User 122:$|^122 |^User 580, exploration weight 0.9", printed, re.MULTILINE)
                print(f"{pipeline:<10} {client:<22} {seconds:6.1f} s  {'ended with its list' if lists else 'WITHOUT A LIST'}", flush=True)
                if told.show:
                    print(printed)
                if not lists:
                    raise SystemExit(1)


if __name__ == "__main__":
    main()
