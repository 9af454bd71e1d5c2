// Small comforts; every page is whole without them.

const root = document.documentElement;

/** The light that was chosen: "light", "dark", or "" for whatever the device says. */
function chosenTheme() {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return "";
  }
}

function applyTheme(theme) {
  if (theme) root.dataset.bsTheme = theme;
  else delete root.dataset.bsTheme;
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // Storage is closed to us: the choice holds for this page.
  }
}

const switches = document.querySelector(".theme");
if (switches) {
  switches.hidden = false;
  for (const input of switches.querySelectorAll("input")) {
    input.checked = input.value === chosenTheme();
    input.addEventListener("change", () => applyTheme(input.value));
  }
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("search")?.focus();
});

// What finds films while one types is fetched when somebody is about to; until it is there, the form does as without it.
const search = document.querySelector("form.search");
const help = () => import(search.dataset.script).then(({ searchAsYouType }) => searchAsYouType(search), () => {});
if (search?.contains(document.activeElement)) help();
else search?.addEventListener("focusin", help, { once: true });
