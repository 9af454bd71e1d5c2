// The list follows what its person does elsewhere: in another browser, by voice, by a program. Without scripts, loading the page again shows it.

import { refresh, whenChanged } from "./regions.js";

const PAUSE = 2000; // milliseconds between two looks while the page can be seen
const LONGEST_PAUSE = 64_000; // while the site does not answer

const parts = [...document.querySelectorAll("[data-live]")];
const list = parts.find((part) => part.dataset.rev);
let shown = statedBy(list); // what the page was made from; null until the first answer where the page does not say
let pause = PAUSE;
let timer = 0;
let isAsking = false;

const told = document.createElement("p");
told.className = "visually-hidden";
told.setAttribute("role", "status");
document.body.append(told);

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

async function look() {
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  try {
    const now = await asked();
    if (now === null) return;
    pause = PAUSE;
    if (shown !== null && now !== shown && !isTyping()) {
      told.textContent = "";
      await follow();
      shown = now;
    }
    shown ??= now;
  } catch {
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  } finally {
    isAsking = false;
  }
  if (document.visibilityState === "visible") timer = setTimeout(look, pause);
}

if (parts.length) {
  // What was changed here is shown already, and the page says what it was made from.
  whenChanged(() => { shown = statedBy(list); });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") look();
  });
  if (document.visibilityState === "visible") timer = setTimeout(look, PAUSE);
}
