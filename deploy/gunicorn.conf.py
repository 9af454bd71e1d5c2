"""How gunicorn serves the site: `gunicorn --config deploy/gunicorn.conf.py webapp.wsgi:app`; addresses and numbers from MATINEE_ settings.

nginx stands in front on a public machine: it speaks TLS, holds slow clients and limits rates.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import gunicorn

from recommender.errors import RecommenderError
from recommender.settings import read_settings

gunicorn.SERVER = "Matinee"  # in every answer; which program serves is nobody's business
_settings = read_settings(os.environ)

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"  # a thread that waits for the disk lets the others answer
threads = _settings.threads

# Each worker makes its own application: a store's writer thread and connections do not survive a fork. Memory is shared all the
# same, since the model's arrays are mapped from files.
preload_app = False
control_socket_disable = True  # nobody steers the server through a file in somebody's home
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  the heartbeat must not wait for a busy disk

timeout = 30  # seconds without a heartbeat; building a list takes milliseconds, mapping a new model a moment
graceful_timeout = 20  # seconds for requests under way when the server is asked to stop
keepalive = 15  # seconds; longer than nginx waits between two requests of one page

limit_request_line = 8190  # bytes, the most there is; the longest question that means something takes a quarter
limit_request_fields = 60
limit_request_field_size = 8190  # bytes

# One line a request, without the query: what people searched for and whom they asked about stays out of the log.
accesslog = "-"
access_log_format = '%(h)s %({x-request-id}o)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
errorlog = "-"
loglevel = "info"


def post_worker_init(worker: Any) -> None:
    """The application's own log, and the model mapped before the first visitor asks for it; without one, /readyz says so."""
    logging.basicConfig(format="%(asctime)s [%(process)d] [%(levelname)s] %(name)s %(message)s", level=logging.INFO)
    with suppress(RecommenderError):
        worker.wsgi.extensions["recommender"].check()
