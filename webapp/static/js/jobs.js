// While a job is under way the page follows it: looked at again every few seconds while it can be seen, and no more once nothing is under way.

import { poll, teller } from "./polling.js";
import { refresh } from "./regions.js";

const PAUSE = 3000; // milliseconds between two looks
const LONGEST_PAUSE = 60_000; // while the site does not answer

const jobs = document.getElementById("jobs-now");
const told = teller();

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

poll(follow, { pause: PAUSE, longest: LONGEST_PAUSE, isOver: () => jobs.dataset.open === "0" });
