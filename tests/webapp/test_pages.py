"""The pages as a visitor without JavaScript gets them: what they say, where they lead, and what they never let through."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from recommender.errors import NoModelError, StorageError
from tests.webapp.programme import BOB, FILMS, HAS_RATED_ALL, LONG, LONG_TITLE, MARK_UP, NO_LINKS, NO_YEAR, ProgrammeRecommender
from webapp import create_app
from webapp.posters import version

PAGES = ["/", "/movies/", "/result/?user=580&amount=10", "/film/541", "/search/?q=the", "/about/"]
AWAY = ("https://www.imdb.com/", "https://www.themoviedb.org/movie/")


class Seen(HTMLParser):
    """A page taken apart. links: address -> the words of its last link. text: what is on the page, without the posters' words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.links: dict[str, str] = {}
        self.text = ""
        self._link: str | None = None
        self._hidden = 0
        self.raw = page
        self.feed(page)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        self._hidden += tag in ("svg", "script", "title")
        if tag == "a":
            self._link = values["href"]
            self.links[self._link or ""] = ""

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("svg", "script", "title")
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self._link is not None:
            self.links[self._link] += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [values for each, values in self.tags if each == tag and wanted.items() <= values.items()]


@pytest.fixture
def recommender() -> ProgrammeRecommender:
    return ProgrammeRecommender()


@pytest.fixture
def client(recommender: ProgrammeRecommender) -> FlaskClient:
    return create_app(recommender).test_client()


def page_at(client: FlaskClient, path: str, status: int = 200) -> Seen:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return Seen(answer.text)


def places(client: FlaskClient, path: str) -> list[str]:
    """The films of a list, in order, by their address."""
    page = client.get(path).text
    return re.findall(r'<h2[^>]*><a href="(/film/\d+)"', page)


@pytest.mark.parametrize("path", [*PAGES, "/result/?user=ten", "/nowhere"])
def test_every_page_has_the_menu_the_search_and_the_data_in_use(client: FlaskClient, path: str) -> None:
    page = Seen(client.get(path).text)

    assert [values["href"] for values in page.all("a", **{"class": "nav-link"})] == ["/", "/movies/", "/about/"]
    assert "Home Movie About" in page.text
    assert page.all("input", type="text", name="q")
    assert "100,836 ratings by 610 viewers" in page.text
    assert "MovieLens, GroupLens Research" in page.text


@pytest.mark.parametrize("path", [*PAGES, f"/film/{MARK_UP}", "/search/?q=<script>", "/result/?user=<script>alert(1)</script>"])
def test_no_page_has_inline_styles_handlers_or_foreign_sources(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    page = Seen(answer.text)

    for tag, values in page.tags:
        assert "style" not in values, (tag, values)
        assert not [name for name in values if name.startswith("on")], (tag, values)
        for name in ("src", "href", "action"):
            address = values.get(name) or ""
            outside = urlsplit(address).netloc not in ("", "localhost")
            assert not outside or (tag == "a" and address.startswith(AWAY)), (tag, address)
    assert [values.get("src", "")[:11] for tag, values in page.tags if tag == "script"] == ["", "/static/js/"]
    assert "<script>alert" not in answer.text


def test_home_calls_to_action_and_shows_what_everybody_likes(client: FlaskClient) -> None:
    page = page_at(client, "/")

    assert "Best films. Only for you." in page.text
    assert "Get started" in page.text
    assert "the same for everyone" in page.text
    assert [address for address in page.links if address.startswith("/film/")] == [f"/film/{number}" for number in list(FILMS)[:12]]


def test_five_sample_viewers_are_one_click_away(client: FlaskClient) -> None:
    page = page_at(client, "/")

    assert [address for address in page.links if address.startswith("/result/")] == [
        f"/result/?user={number}&amount=10" for number in (580, 1, 42, 318, 610)
    ]
    assert "Horror and Thriller" in page.text


def test_the_form_asks_for_ten_films_by_default_and_offers_the_genres(client: FlaskClient) -> None:
    page = page_at(client, "/movies/")

    assert page.all("form", action="/result/")
    assert [values["value"] for values in page.all("input", name="amount")] == ["10"]
    assert len(page.all("input", name="with")) == len(page.all("input", name="without")) == 19


def test_the_form_keeps_what_was_typed(client: FlaskClient) -> None:
    page = page_at(client, "/movies/?user=ten&amount=-3&with=Drama&with=War&without=Horror")

    assert [values["value"] for values in page.all("input", name="user")] == ["ten"]
    assert [values["value"] for values in page.all("input", name="amount")] == ["-3"]
    assert [values["value"] for values in page.all("input", name="with") if "checked" in values] == ["Drama", "War"]
    assert [values["value"] for values in page.all("input", name="without") if "checked" in values] == ["Horror"]


@pytest.mark.parametrize(
    ("amount", "headline"),
    [(1, "One film for viewer 580"), (10, "Ten films for viewer 580"), (21, "Twenty-one films for viewer 580")],
)
def test_a_list_has_a_headline_in_words_and_as_many_films_as_asked(client: FlaskClient, amount: int, headline: str) -> None:
    path = f"/result/?user=580&amount={amount}"

    assert headline in page_at(client, path).text
    assert len(places(client, path)) == amount


def test_a_list_is_shown_in_the_order_it_was_made_with_matches_that_fall(client: FlaskClient, recommender: ProgrammeRecommender) -> None:
    page = client.get("/result/?user=580&amount=10").text

    made = recommender.list_for(580, 10)
    assert places(client, "/result/?user=580&amount=10") == [f"/film/{line.movie.movie_id}" for line in made.movies]
    assert re.findall(r'match-number">(\d+)<', page) == [str(line.match) for line in made.movies]
    assert re.findall(r'match-bar-part" d="M0 0h(\d+)v', page) == [str(line.match) for line in made.movies]


def test_every_line_has_year_genres_a_reason_and_the_way_to_its_source(client: FlaskClient) -> None:
    page = page_at(client, "/result/?user=580&amount=1")

    assert "1999" in page.text
    assert "Sci-Fi" in page.text
    assert "Three of the people most like you gave it 5 stars." in page.text
    assert "Four of five viewers gave it 4 stars or more." in page.text
    assert "would probably give it 4.7 of 5 stars" in page.text
    away = [values for values in page.all("a") if (values["href"] or "").startswith("http")]
    assert [values["href"] for values in away] == ["https://www.imdb.com/title/tt0102571/", "https://www.themoviedb.org/movie/2571"]
    assert all(values["rel"] == "noopener noreferrer" for values in away)


def test_a_film_without_links_is_searched_for(client: FlaskClient) -> None:
    page = page_at(client, f"/film/{NO_LINKS}")

    assert [address for address in page.links if address.startswith("http")] == [
        "https://www.imdb.com/find/?q=Donaudampfschifffahrtsgesellschaftskapit%C3%A4nsm%C3%BCtzenabzeichen+1973"
    ]


def test_get_back_leads_to_the_form_with_what_was_typed(client: FlaskClient) -> None:
    page = page_at(client, "/result/?user=580&amount=7&with=Drama&with=War&without=Horror")

    back = next(address for address, words in page.links.items() if words == "Get back")
    assert urlsplit(back).path == "/movies/"
    assert parse_qs(urlsplit(back).query) == {"user": ["580"], "amount": ["7"], "with": ["Drama", "War"], "without": ["Horror"]}


def test_genres_narrow_the_list(client: FlaskClient) -> None:
    shown = places(client, "/result/?user=580&amount=100&with=War&without=Documentary&without=Horror")

    assert {int(address.split("/")[2]) for address in shown} == {
        number for number, film in FILMS.items() if "War" in film.genres and not {"Documentary", "Horror"} & set(film.genres)
    }


def test_a_short_list_says_why(client: FlaskClient) -> None:
    text = page_at(client, "/result/?user=580&amount=50&with=War").text

    assert "You asked for 50." in text
    assert "that fit your genres" in text


def test_genres_that_leave_nothing_lead_on(client: FlaskClient) -> None:
    page = page_at(client, "/result/?user=580&amount=10&with=War&without=War")

    assert "No films for viewer 580" in page.text
    assert "No film fits those genres" in page.text
    assert page.links["/result/?user=580&amount=10"] == "Show all genres"


def test_a_viewer_who_has_rated_everything_is_told_so(client: FlaskClient) -> None:
    assert "has rated every film there is" in page_at(client, f"/result/?user={HAS_RATED_ALL}&amount=10").text


def test_a_popular_list_says_that_it_is_the_same_for_everyone_and_shows_no_match(client: FlaskClient) -> None:
    answer = client.get(f"/result/?user={BOB}&amount=10").text

    assert "the same for everyone" in Seen(answer).text
    assert "match-number" not in answer


def test_a_personal_list_does_not_say_that_it_is_for_everyone(client: FlaskClient) -> None:
    assert "the same for everyone" not in page_at(client, "/result/?user=580&amount=10").text


def test_a_film_shows_what_is_known_of_it(client: FlaskClient) -> None:
    page = page_at(client, "/film/541")

    for words in ("Blade Runner", "1982", "Another Title", "dreamlike", "4.1 of 5 stars", "329 viewers", "84"):
        assert words in page.text
    assert len([address for address in page.links if address.startswith("/film/")]) == 12


def test_a_film_that_nobody_has_rated_says_so(client: FlaskClient) -> None:
    assert "Nobody has rated it yet." in page_at(client, f"/film/{NO_LINKS}").text


def test_a_film_without_year_and_genres_is_whole(client: FlaskClient) -> None:
    text = page_at(client, f"/film/{NO_YEAR}").text

    assert "Babylon 5" in text
    assert "None" not in text


def test_a_long_title_is_never_cut_on_the_page(client: FlaskClient) -> None:
    assert LONG_TITLE in page_at(client, f"/film/{LONG}").text


def test_search_finds_films_and_keeps_the_words(client: FlaskClient) -> None:
    page = page_at(client, "/search?q=ALIEN")

    assert "One film for “ALIEN”" in page.text
    assert "/film/1214" in page.links
    assert page.all("input", name="q", value="ALIEN")


def test_search_without_hits_or_words_says_what_to_do(client: FlaskClient) -> None:
    assert "No film called “zzxx”" in page_at(client, "/search/?q=zzxx").text
    assert "Type some words" in page_at(client, "/search/").text
    assert "Type some words" in page_at(client, "/search/?q=%20").text


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("user=0&amount=10", 400, "user id"),
        ("user=-3&amount=10", 400, "user id"),
        ("user=ten&amount=10", 400, "ten"),
        ("user=&amount=10", 400, "nothing"),
        ("amount=10", 400, "user id"),
        ("user=999999&amount=10", 404, "999999"),
        ("user=580&amount=0", 400, "1 to 100"),
        ("user=580&amount=101", 400, "1 to 100"),
        ("user=580&amount=ten", 400, "amount"),
        ("user=580&amount=10&with=Nonsense", 400, "Nonsense"),
    ],
)
def test_an_error_says_what_was_wrong_and_leads_back_to_what_was_typed(client: FlaskClient, query: str, status: int, says: str) -> None:
    page = page_at(client, f"/result/?{query}", status)

    assert says in page.text
    back = next(address for address, words in page.links.items() if words == "Go back and try again")
    assert urlsplit(back).path == "/movies/"
    assert parse_qs(urlsplit(back).query, keep_blank_values=True) == parse_qs(query, keep_blank_values=True)
    assert "autofocus" in dict(page.tags[[values.get("class") for _, values in page.tags].index("trouble")][1])


def test_an_error_counts_viewers_as_the_data_do(client: FlaskClient) -> None:
    text = page_at(client, "/result/?user=ten&amount=10", 400).text

    assert "User id must be a whole number, in these data from 1 to 610." in text
    assert "You typedten" in text  # a term and its description
    assert "9007199254740992" not in text


def test_an_error_about_nothing_typed_shows_no_quotes(client: FlaskClient) -> None:
    for query in ("amount=10", "user=&amount=10", "user=580&amount="):
        text = page_at(client, f"/result/?{query}", 400).text

        assert "You typednothing" in text
        assert "None" not in text
        assert "''" not in text


def test_an_error_about_two_numbers_asks_for_one(client: FlaskClient) -> None:
    assert "Allowed for user idgiven once" in page_at(client, "/result/?user=1&user=2", 400).text


def test_a_page_that_is_not_there_leads_home_or_to_the_search(client: FlaskClient) -> None:
    page = page_at(client, "/nowhere", 404)

    assert page.links["/search/"] == "Find a film"
    assert "Go back" in page.links.values()


@pytest.mark.parametrize("path", ["/", "/movies/", "/result/?user=580&amount=10", "/film/541"])
def test_before_the_first_training_every_page_says_so(client: FlaskClient, recommender: ProgrammeRecommender, path: str) -> None:
    recommender.fault = NoModelError("file:var/blobs")

    page = page_at(client, path, 503)

    assert "The projector is warming up" in page.text
    assert page.links[path] == "Look again"


def test_about_can_be_read_before_the_first_training(client: FlaskClient, recommender: ProgrammeRecommender) -> None:
    recommender.fault = NoModelError("file:var/blobs")

    assert "There are no data in use yet." in page_at(client, "/about/").text


def test_a_store_that_is_gone_is_not_called_training(client: FlaskClient, recommender: ProgrammeRecommender) -> None:
    recommender.fault = StorageError("disk /dev/sda is gone")

    page = page_at(client, "/", 503)

    assert "warming up" not in page.text
    assert "/dev/sda" not in page.text


def test_the_built_in_sample_says_on_every_page_that_its_viewers_are_simulated() -> None:
    client = create_app(ProgrammeRecommender(builtin=True)).test_client()

    for path in PAGES:
        text = page_at(client, path).text

        assert "simulated viewers" in text
        assert "Made for Matinee." not in text  # its credit says the same again


def test_a_poster_stands_alone_and_may_be_kept_for_ever_under_its_version(client: FlaskClient) -> None:
    film = FILMS[541]
    answer = client.get(f"/poster/541.svg?v={version(film)}")

    assert answer.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(answer.text).tag.endswith("svg")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get("/poster/541.svg?v=0").headers["Cache-Control"]
    assert client.get("/poster/541.svg", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_an_unknown_film_has_no_page_and_no_poster(client: FlaskClient) -> None:
    assert client.get("/film/999999999").status_code == 404
    assert client.get("/poster/999999999.svg").status_code == 404


def test_what_the_pages_take_along_is_there_and_small(client: FlaskClient) -> None:
    page = client.get("/").text
    files = set(re.findall(r'"(/static/[^"]+)"', page))

    sizes = {file: len(client.get(file, buffered=True).data) for file in files}
    assert all(sizes.values())
    assert sum(size for file, size in sizes.items() if file.endswith(".woff2")) <= 25_000
    assert sum(size for file, size in sizes.items() if file.endswith(".js")) <= 6_000
    for licence in ("fonts/OFL.txt", "vendor/bootstrap/LICENSE.txt"):
        assert client.get(f"/static/{licence}", buffered=True).status_code == 200
