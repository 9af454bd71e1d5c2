// What somebody says of films goes to the site at once, and the page follows without being loaded again. Every form works without this too.

import { changed, refresh } from "./regions.js";

const PAUSE = 400; // milliseconds after the last star, so that the arrow keys do not save on their way
const UNDO = 10_000; // milliseconds in which a way back is offered

document.documentElement.classList.add("is-scripted");

const bar = document.getElementById("said");
const [told, way] = bar.children;
let hiding = 0;
let pending = null; // the form whose stars wait to be saved

/** Say it in the bar. undo: where and with what it is taken back; again: what to do where it was not done. */
function say(text, { undo, again } = {}) {
  clearTimeout(hiding);
  bar.hidden = false;
  told.textContent = text;
  way.hidden = !(undo?.path || again);
  for (const old of way.querySelectorAll("[data-undo]")) old.remove();
  way.querySelector("button").textContent = again ? "Try again" : "Undo";
  way.again = again;
  if (undo?.path) {
    way.action = undo.path;
    for (const [name, value] of Object.entries(undo.fields)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      field.dataset.undo = "";
      way.append(field);
    }
  }
  if (!again) hiding = setTimeout(() => { if (!bar.contains(document.activeElement)) bar.hidden = true; }, UNDO);
}

async function send(form) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json, application/problem+json" }, keepalive: true });
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(body.detail ?? "The site did not answer as it should.");
    say(body.text, { undo: body.undo });
    await refresh().catch(() => {}); // what was said holds; the page shows it when it is next loaded
    changed();
  } catch (error) {
    const why = error instanceof TypeError ? "The site cannot be reached." : error.message;
    say(`Not saved. ${why}`, { again: () => send(form) });
  }
}

function save() {
  clearTimeout(pending?.timer);
  const form = pending?.form;
  pending = null;
  if (form) send(form);
}

addEventListener("change", (event) => {
  const form = event.target.closest("form[data-saves]");
  if (!form) return;
  if (pending && pending.form !== form) save();
  clearTimeout(pending?.timer);
  pending = { form, timer: setTimeout(save, PAUSE) };
});

addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-saves], form[data-says]");
  if (!form) return;
  event.preventDefault();
  if (form === way && way.again) return way.again();
  if (pending?.form === form) return save();
  send(form);
});

// 1 to 5 are stars, with Shift half a star less; 0 takes the rating back.
addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-saves]");
  const digit = /^(?:Digit|Numpad)([0-5])$/.exec(event.code)?.[1];
  if (!form || digit === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (digit === "0") return form.parentElement.querySelector("form.unrate")?.requestSubmit();
  const star = form.querySelector(`input[value="${(Number(digit) - (event.shiftKey ? 0.5 : 0)).toFixed(1)}"]`);
  star.checked = true;
  star.focus();
  star.dispatchEvent(new Event("change", { bubbles: true }));
});

addEventListener("pagehide", save); // stars given a moment before leaving
