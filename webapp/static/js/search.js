// Films while one types: a combobox over the program interface (ARIA 1.2, list autocomplete). The form goes on to the search page as ever.

const PAUSE = 120; // milliseconds after the last key
const MOST = 8; // films

/** Text for comparing: without case and accents, and for each of its letters the place in the text. */
function folded(text) {
  let letters = "";
  const places = [];
  let place = 0;
  for (const letter of text) {
    for (const part of letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()) {
      letters += part;
      for (let unit = 0; unit < part.length; unit += 1) places.push(place);
    }
    place += letter.length;
  }
  places.push(place);
  return { letters, places };
}

/** From and to of each part of the title that was typed, in order, none over another. */
function matches(title, query) {
  const { letters, places } = folded(title);
  const found = [];
  for (const word of new Set(folded(query).letters.match(/[\p{L}\p{N}]+/gu) ?? [])) {
    for (let at = letters.indexOf(word); at >= 0; at = letters.indexOf(word, at + 1)) {
      if (at > 0 && /[\p{L}\p{N}]/u.test(letters[at - 1])) continue; // within a word
      found.push([places[at], places[at + word.length]]);
      break;
    }
  }
  found.sort(([one, oneEnd], [other, otherEnd]) => one - other || otherEnd - oneEnd);
  return found.filter(([from], at) => found.slice(0, at).every(([, to]) => to <= from));
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function markedTitle(title, query) {
  const shown = element("span", "found-title");
  const isolated = shown.appendChild(document.createElement("bdi"));
  let done = 0;
  for (const [from, to] of matches(title, query)) {
    isolated.append(title.slice(done, from), element("mark", "", title.slice(from, to)));
    done = to;
  }
  isolated.append(title.slice(done));
  return shown;
}

/** Give the form's field a list of films that follows what is typed. */
export function searchAsYouType(form) {
  const field = form.querySelector("input[name=q]");
  const list = element("ul", "found");
  list.id = "found";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Films");
  const told = element("p", "visually-hidden");
  told.setAttribute("role", "status");
  form.append(list, told);

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  let shown = null; // the query that the list answers
  let chosen = -1;
  let timer = 0;
  let asking = new AbortController();

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const address = (pattern, film) => pattern.replace("/0", `/${film.movie_id}`);
  const open = () => {
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  };

  function close() {
    clearTimeout(timer);
    asking.abort();
    choose(-1);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    told.textContent = "";
  }

  function choose(at) {
    chosen = at;
    for (const [place, option] of options().entries()) {
      option.setAttribute("aria-selected", String(place === at));
      if (place !== at) continue;
      option.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option.id);
    }
    if (at < 0) field.removeAttribute("aria-activedescendant");
  }

  function optionOf(film, at, query) {
    const option = element("li");
    option.id = `found-${at}`;
    option.dataset.address = address(form.dataset.film, film);
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const poster = element("img");
    Object.assign(poster, { alt: "", width: 36, height: 54, src: address(form.dataset.poster, film) });
    option.append(poster, markedTitle(film.title, query), element("span", "found-year", film.year ?? ""));
    return option;
  }

  function show(films, query) {
    choose(-1);
    if (films.length) {
      list.replaceChildren(...films.map((film, at) => optionOf(film, at, query)));
      told.textContent = `${films.length} ${films.length === 1 ? "film" : "films"}. Arrow keys choose one.`;
    } else {
      const none = element("li", "found-none", `No film like “${query}”.`);
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.setAttribute("aria-selected", "false");
      list.replaceChildren(none);
      told.textContent = none.textContent;
    }
    list.scrollTop = 0;
    shown = query;
    open();
  }

  async function ask(query) {
    asking.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await fetch(`${form.dataset.films}?${new URLSearchParams({ q: query, n: MOST })}`, { signal: mine.signal });
      if (!answer.ok) throw new Error(`answered with ${answer.status}`);
      const { items } = await answer.json();
      if (!mine.signal.aborted) show(items, query);
    } catch {
      if (!mine.signal.aborted) close(); // the form still leads to the search page
    }
  }

  function typed() {
    const query = field.value.trim();
    clearTimeout(timer);
    asking.abort();
    choose(-1);
    if (!query) close();
    else timer = setTimeout(() => ask(query), PAUSE);
  }

  function pressed(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const films = options();
    const isOpen = !list.hidden;
    const last = films.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen && field.value.trim()) {
        if (shown === field.value.trim()) open();
        else ask(field.value.trim());
      } else if (isOpen && films.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        choose(((chosen + 1 + step + films.length + 1) % (films.length + 1)) - 1);
      }
    } else if ((event.key === "Home" || event.key === "End") && chosen >= 0 && !event.shiftKey) {
      event.preventDefault();
      choose(event.key === "Home" ? 0 : last);
    } else if (event.key === "Enter") {
      if (isOpen && chosen >= 0) {
        event.preventDefault();
        location.assign(films[chosen].dataset.address);
      } else close();
    } else if (event.key === "Escape" && (isOpen || field.value)) {
      event.preventDefault();
      if (!isOpen) field.value = "";
      close();
    }
  }

  field.addEventListener("input", typed);
  field.addEventListener("keydown", pressed);
  field.addEventListener("blur", close);
  // The field keeps the focus, and the finger may scroll.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-address]");
    if (option) location.assign(option.dataset.address);
  });
  addEventListener("pageshow", (event) => event.persisted && close());
  if (field.value.trim() !== field.defaultValue.trim()) typed(); // somebody was quicker than this script
}
