// Looking again every few moments while a page can be seen, more seldom while the site does not answer; and saying what has changed.

/** Call `look` again and again, `pause` milliseconds apart, up to `longest` where it throws; no more once it gives false or `isOver()` holds. */
export function poll(look, { pause, longest, isOver = () => false }) {
  let now = pause;
  let timer = 0;
  let isLooking = false;

  const mayLook = () => document.visibilityState === "visible" && !isOver();

  function wait() {
    if (mayLook()) timer = setTimeout(again, now);
  }

  async function again() {
    if (isLooking) return;
    isLooking = true;
    clearTimeout(timer);
    let goesOn = true;
    try {
      goesOn = (await look()) !== false;
      now = pause;
    } catch {
      now = Math.min(now * 2, longest);
    } finally {
      isLooking = false;
    }
    if (goesOn) wait();
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (mayLook()) again();
  });
  wait();
}

/** A place for sentences that screen readers say and nobody sees. */
export function teller() {
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  document.body.append(told);
  return told;
}
