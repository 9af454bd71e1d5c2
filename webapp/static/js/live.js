// The list follows what its person does elsewhere: in another browser, by voice, by a program. Without scripts, loading the page again shows it.

import { poll, teller } from "./polling.js";
import { refresh, whenChanged } from "./regions.js";

const PAUSE = 2000; // milliseconds between two looks while the page can be seen
const LONGEST_PAUSE = 64_000; // while the site does not answer

const parts = [...document.querySelectorAll("[data-live]")];
const list = parts.find((part) => part.dataset.rev);
let shown = statedBy(list); // what the page was made from; null until the first answer where the page does not say
const told = teller();

function statedBy(part) {
  return part ? `${part.dataset.rev} ${part.dataset.generation}` : null;
}

function films() {
  return list ? [...list.querySelectorAll("a[href^='/film/']")].map((link) => link.pathname).join() : "";
}

/** What the list is made from now, in one word; null where nobody is signed in any more. */
async function asked() {
  const answer = await fetch("/me/rev", { headers: { Accept: "application/json, application/problem+json" }, cache: "no-store" });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`answered with ${answer.status}`);
  const { rev, generation } = await answer.json();
  return `${rev} ${generation}`;
}

/** Show the page as it is now, without moving anybody, and say so if it shows other films. */
async function follow() {
  const before = films();
  const place = scrollY;
  await refresh();
  scrollTo({ top: place, behavior: "instant" });
  if (films() !== before) told.textContent = "Your list has changed.";
}

function isTyping() {
  return parts.some((part) => part.contains(document.activeElement)) && document.activeElement.matches("input[type=search], input[type=text], select");
}

/** False where there is nothing to look for any more, until the page is seen anew. */
async function look() {
  const now = await asked();
  if (now === null) return false;
  if (shown !== null && now !== shown && !isTyping()) {
    told.textContent = "";
    await follow();
    shown = now;
  }
  shown ??= now;
  return true;
}

if (parts.length) {
  // What was changed here is shown already, and the page says what it was made from.
  whenChanged(() => { shown = statedBy(list); });
  poll(look, { pause: PAUSE, longest: LONGEST_PAUSE });
}
