// Parts of a page that follow what the site knows: fetched anew with the whole page, and put in place of what stands there.

const CHANGED = "matinee:changed";

/** Tell every part of this page that the person's films have changed. */
export function changed() {
  dispatchEvent(new CustomEvent(CHANGED));
}

/** Something to do whenever the person's films have changed. */
export function whenChanged(act) {
  addEventListener(CHANGED, act);
}

const TITLES = ":scope > ol > li h2 a, :scope > ul > li h2 a";

/** The title, on the fresh list, of the film whose title stood at this place; of the film that moved up to it, where that one is gone. */
function sameLine(part, href, place) {
  const titles = [...part.querySelectorAll(TITLES)];
  return titles.find((title) => title.getAttribute("href") === href) ?? titles[Math.min(place, titles.length - 1)];
}

/** The page as it is now takes the place of what stands in its live parts; what had the focus keeps it, by its id, by its place in a list, or by its part. */
export async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(`answered with ${answer.status}`);
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = now.getElementById(part.id);
    if (!fresh) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const value = focused?.type === "radio" ? focused.value : null;
    const titles = [...part.querySelectorAll(TITLES)];
    const place = titles.findIndex((title) => title.closest("li").contains(focused));
    const href = titles[place]?.getAttribute("href");
    part.replaceChildren(...fresh.childNodes);
    Object.assign(part.dataset, fresh.dataset);
    if (!focused) continue;
    const again = value === null ? document.getElementById(focused.id || "-") : place < 0 && part.querySelector(`input[value="${value}"]:checked`);
    (again || (place >= 0 && sameLine(part, href, place)) || part.querySelector("[tabindex='-1']") || document.getElementById("main")).focus({ preventScroll: true });
  }
}
