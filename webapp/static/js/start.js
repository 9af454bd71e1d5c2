// An answer goes to the site and the page that comes back takes the place of this one, without being loaded anew. Without this the forms do the same.

const BY_HAND = 150; // milliseconds in which a star that was tapped can be seen
const BY_KEYS = 900; // and in which the arrow keys may go on to another

document.documentElement.classList.add("is-scripted");

const start = document.getElementById("start");
let waiting = 0;
let isSending = false;
let byKeys = false;

/** The form's answer to the site; what it says now into the page. button: the one pressed, if any. */
async function send(form, button) {
  if (isSending) return;
  isSending = true;
  clearTimeout(waiting);
  start.classList.add("is-waiting");
  const sent = new URLSearchParams(new FormData(form, button));
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("start");
    if (!answer.ok || !fresh) throw new Error(`answered with ${answer.status}`);
    const focused = document.activeElement;
    const wasStar = focused?.type === "radio";
    start.replaceChildren(...fresh.childNodes);
    const stars = start.querySelector("input[type=radio]");
    const again = (wasStar && byKeys && stars) || (button?.id && byKeys && document.getElementById(button.id));
    (again || start.querySelector("h1")).focus({ preventScroll: true });
    const top = start.getBoundingClientRect().top;
    if (top < 0) scrollBy({ top, behavior: "instant" });
  } catch {
    location.assign(location.href); // what stands there now says it in words
  } finally {
    isSending = false;
    start.classList.remove("is-waiting");
  }
}

addEventListener("keydown", () => { byKeys = true; }, true);
addEventListener("pointerdown", () => { byKeys = false; }, true);

start.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-asks]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => send(form), byKeys ? BY_KEYS : BY_HAND);
});

start.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-asks]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// 1 to 5 are stars, with Shift half a star less; 0 is a film not seen.
start.addEventListener("keydown", (event) => {
  const digit = /^(?:Digit|Numpad)([0-5])$/.exec(event.code)?.[1];
  const form = start.querySelector(".ask form[data-asks]");
  if (!form || digit === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (digit === "0") return send(form, form.querySelector("#answer-unseen"));
  const star = form.querySelector(`input[value="${(Number(digit) - (event.shiftKey ? 0.5 : 0)).toFixed(1)}"]`);
  star.checked = true;
  star.focus();
  star.dispatchEvent(new Event("change", { bubbles: true }));
});
