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

/** The page as it is now takes the place of what stands in its live parts; what had the focus keeps it, by its id or that of its part. */
export async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(`answered with ${answer.status}`);
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = now.getElementById(part.id);
    if (!fresh) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const value = focused?.type === "radio" ? focused.value : null;
    part.replaceChildren(...fresh.childNodes);
    Object.assign(part.dataset, fresh.dataset);
    if (!focused) continue;
    const again = value === null ? document.getElementById(focused.id || "-") : part.querySelector(`input[value="${value}"]:checked`);
    (again ?? part.querySelector("[tabindex='-1']") ?? document.getElementById("main")).focus({ preventScroll: true });
  }
}
