// While a job is under way the page follows it: looked at again every few seconds while it can be seen, and no more once nothing is under way.

import { refresh } from "./regions.js";

const PAUSE = 3000; // milliseconds between two looks
const LONGEST_PAUSE = 60_000; // while the site does not answer

const jobs = document.getElementById("jobs-now");
let pause = PAUSE;
let timer = 0;
let isLooking = false;

const told = document.createElement("p");
told.className = "visually-hidden";
told.setAttribute("role", "status");
document.body.append(told);

function sentence() {
  return document.querySelector("#verdict h1").textContent;
}

/** The page as it is now, with what was unfolded still unfolded; what changed is said once. */
async function follow() {
  const before = sentence();
  const unfolded = [...document.querySelectorAll("main details[open][id]")].map((details) => details.id);
  const place = scrollY;
  await refresh();
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  scrollTo({ top: place, behavior: "instant" });
  if (sentence() !== before) told.textContent = sentence();
}

async function look() {
  if (isLooking) return;
  isLooking = true;
  clearTimeout(timer);
  try {
    await follow();
    pause = PAUSE;
  } catch {
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  } finally {
    isLooking = false;
  }
  wait();
}

function wait() {
  if (document.visibilityState === "visible" && jobs.dataset.open !== "0") timer = setTimeout(look, pause);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.visibilityState === "visible" && jobs.dataset.open !== "0") look();
});
wait();
