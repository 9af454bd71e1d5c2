"""Draws the touch icon and the picture that other sites show beside a link: `python webapp/frontend/draw_icons.py`, with Chromium.

Both are committed; run it again when the emblem, the face or the posters change.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from playwright.sync_api import sync_playwright

from recommender.domain import Movie, MovieId
from webapp.posters import poster

STATIC = Path(__file__).parents[1] / "static"
FILMS = [
    Movie(MovieId(1199), "Brazil", 1985, ("Fantasy", "Sci-Fi")),
    Movie(MovieId(904), "Rear Window", 1954, ("Mystery", "Thriller")),
    Movie(MovieId(260), "Star Wars", 1977, ("Adventure", "Sci-Fi")),
    Movie(MovieId(1212), "The Third Man", 1949, ("Film-Noir",)),
]
LINK_PICTURE = """
<style>
  @font-face {{ font-family: "Big Shoulders Display"; font-weight: 800; src: url(data:font/woff2;base64,{face}) }}
  body {{ margin: 0; width: 1200px; height: 630px; overflow: hidden; background: #f4ecdc; color: #1c1714; display: grid;
    grid-template-columns: 500px 1fr; align-items: center; font: 800 104px/.88 "Big Shoulders Display" }}
  h1 {{ font-size: inherit; margin: 0 0 0 72px; text-transform: uppercase; white-space: nowrap }}
  h1 span {{ color: #b3202a }}
  h1 small {{ display: block; font-size: 44px; text-transform: none; margin-bottom: 36px }}
  div {{ display: grid; grid-template-columns: repeat(2, 270px); gap: 22px; transform: rotate(7deg) translate(110px, -6px) }}
</style>
<h1><small>Matinee</small>Best films.<br><span>Only<br>for you.</span></h1><div>{posters}</div>
"""


def main() -> None:
    emblem = (STATIC / "icons" / "favicon.svg").read_text()
    face = b64encode((STATIC / "fonts" / "big-shoulders-display-800.woff2").read_bytes()).decode()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 180, "height": 180})
        page.set_content(f"<style>body{{margin:0;background:#b3202a}}svg{{display:block}}</style>{emblem}")
        page.screenshot(path=STATIC / "icons" / "touch.png")
        page.set_viewport_size({"width": 1200, "height": 630})
        page.set_content(LINK_PICTURE.format(face=face, posters="".join(map(poster, FILMS))), wait_until="load")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=STATIC / "icons" / "og.png")
        browser.close()


if __name__ == "__main__":
    main()
