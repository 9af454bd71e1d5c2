"""The application that a web server loads, over the store and the model that the environment names."""

import os

from recommender.serving import open_recommender
from recommender.settings import read_settings
from webapp import create_app

app = create_app(open_recommender(read_settings(os.environ)))
