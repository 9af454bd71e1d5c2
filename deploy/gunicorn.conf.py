"""How gunicorn serves the site: `gunicorn --config deploy/gunicorn.conf.py webapp.wsgi:app`; addresses and numbers from MATINEE_ settings.

nginx stands in front on a public machine (deploy/nginx.conf): it speaks TLS, holds slow clients and limits rates. There systemd holds a
unix socket and hands it over in LISTEN_FDS (deploy/systemd/); gunicorn then takes that in the place of host and port.
"""

import ctypes
import gc
import importlib
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import gunicorn

# A list takes small products, and the threads of BLAS spin for a while after each, on the cores that other requests wait for.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

OURS = ("recommender", "webapp", "alexa_skill")
if __name__ == "__config__":  # read by gunicorn, and once more at a reload (SIGHUP), which is to bring the code that is there by then
    for _name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[_name]

from recommender import logs, worker_folder  # noqa: E402
from recommender.settings import read_settings  # noqa: E402

OPEN_FILES = 8192  # as deploy/systemd has it: every array of a model that is mapped holds one, and a data set may have a hundred columns
# What every worker needs is imported once, before the fork, so that workers share the memory it takes. None of it opens a file or begins a
# thread that a worker would miss: the application, its stores and its counts are made by each worker for itself.
SHARED = (
    *("numpy.random", "numpy.ma", "orjson", "argon2", "yaml", "webapp"),
    *("recommender.storage.profiles.sqlite", "recommender.storage.blobs.folder"),
)
# Of glibc's mallopt. Threads take turns in Python anyway, and each heap of their own keeps what was freed there. Large arrays stand outside
# the heap, and what is freed at its end goes back to the system: left alone, glibc keeps twice as much as the largest array that was ever
# let go of, and arrays that stay leave gaps behind. With less than this a list waits for memory to be given anew.
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
HEAP = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: 512 << 10, M_TRIM_THRESHOLD: 2 << 20}  # the second and third in bytes
gunicorn.SERVER = "Matinee"  # in every answer; which program serves is nobody's business
_settings = read_settings(os.environ)

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"  # a thread that waits for the disk lets the others answer
threads = _settings.threads

# Each worker makes its own application: a store's writer thread and connections do not survive a fork. Memory is shared all the
# same: the model's arrays are mapped from files, and modules are imported before the fork, see SHARED.
preload_app = False
control_socket_disable = True  # nobody steers the server through a file in somebody's home
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  the heartbeat must not wait for a busy disk

timeout = 30  # seconds without a heartbeat; building a list takes milliseconds, mapping a new model a moment
graceful_timeout = 20  # seconds for requests under way when the server is asked to stop
keepalive = 15  # seconds; longer than nginx waits between two requests of one page

# Who asks and by which scheme is the site's to read, where MATINEE_BEHIND_PROXY says that somebody tells it.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

limit_request_line = 8190  # bytes, the most there is; the longest question that means something takes a quarter
limit_request_fields = 60
limit_request_field_size = 8190  # bytes

# One line a request, by its route alone: what people searched for, whom they asked about and what they rated stay out of the log.
accesslog = None  # the handlers of logconfig_dict take its place
access_log_format = (
    "request request_id=%({matinee.request_id}e)s method=%(m)s route=%({matinee.route}e)s status=%(s)s ms=%({matinee.ms}e)s bytes=%(B)s"
)
errorlog = "-"
loglevel = "info"
logconfig_dict = logs.configuration(_settings.log_format)


def on_starting(server: Any) -> None:
    """A folder for the counts of all workers, and room for the files of many models, before any of them is there."""
    worker_folder.begin()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    _keep_the_heap_small()
    _share(server)


def on_reload(server: Any) -> None:
    """The new code, as at the start."""
    _share(server)


def _keep_the_heap_small() -> None:
    with suppress(OSError, AttributeError):  # another C library
        for option, value in HEAP.items():
            ctypes.CDLL(None).mallopt(option, value)


def _share(server: Any) -> None:
    for name in SHARED:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  a worker that fails by it says so in full; the server itself must stay
            server.log.warning("%s is not shared by the workers: %s", name, error)


def pre_fork(server: Any, worker: Any) -> None:
    """What is there now is looked at no more by the collector of garbage, so that the pages it lies on stay shared."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """The model mapped before the first visitor asks for it; without one, /readyz says so."""
    from recommender.errors import RecommenderError

    with suppress(RecommenderError):
        worker.wsgi.extensions["recommender"].check()


def child_exit(server: Any, worker: Any) -> None:
    """What a dead worker counted stays, marked as such."""
    worker_folder.mark_dead(worker.pid)


def on_exit(server: Any) -> None:
    """The counts end with the server."""
    worker_folder.end()
