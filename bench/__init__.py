"""What is measured, against whom and against which limit: `python -m bench` prints figures, ratios and where they come from."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as web workers have it, see deploy/gunicorn.conf.py; before numpy is imported
