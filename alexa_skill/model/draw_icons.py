"""Draws the skill's icons from the site's emblem: `python -m alexa_skill.model.draw_icons`, with Chromium.

Both are committed; run it again when the emblem changes. Amazon's store cuts a circle out of each; the emblem stands that.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from alexa_skill.model.package import IMAGES

EMBLEM = Path(__file__).parents[2] / "webapp" / "static" / "icons" / "favicon.svg"
SIZES = (108, 512)  # pixels, as the store asks for them


def main() -> None:
    emblem = EMBLEM.read_text(encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for size in SIZES:
            page.set_viewport_size({"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0;background:#b3202a}}svg{{display:block}}</style>{emblem}")
            page.screenshot(path=IMAGES / f"icon-{size}.png")
        browser.close()


if __name__ == "__main__":
    main()
