"use strict";
// Two things: the records of an article page (links, cards, filter), and tables that sort, filter and export.
// Data comes from `window.communique`, which the files in data/ fill; nothing is ever fetched, and nothing
// that comes from data is ever read as markup: text goes into text nodes only.

const $ = (id) => document.getElementById(id);
const data = (id) => ($(id) ? JSON.parse($(id).textContent) : null);

function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/* ---------- article page ---------- */

function articlePage(page) {
  const schema = window.communique.schema;
  const records = page.records;
  const short = (id) => (id.startsWith(page.prefix) ? id.slice(page.prefix.length) : id);
  const marks = new Map(); // short id -> elements in the text, the margin and the table of claims
  const add = (id, element) => (marks.get(id) || marks.set(id, []).get(id)).push(element);
  for (const one of document.querySelectorAll("[data-r]")) one.dataset.r.split(" ").forEach((id) => add(id, one));
  for (const one of document.querySelectorAll("[data-id]")) add(one.dataset.id, one);

  /* what a record says, in words */
  const actorName = (id) => (page.actors[id] ? page.actors[id][0] : id);
  const titleOf = (list, value) => {
    const found = schema.lists[list] && schema.lists[list][value];
    return found ? found[0] : String(value);
  };
  function say(value, column, record) {
    const [, list, , refers] = column;
    if (Array.isArray(value)) {
      const parts = value.map((one) => say(one, column, record));
      return value.some((one) => one && typeof one === "object") ? parts.join("; ") : parts.join(", ");
    }
    if (value && typeof value === "object") {
      if ("text" in value && "start" in value) return value.text === null ? `characters ${value.start}–${value.end}` : `“${value.text}”`;
      if ("actor_id" in value) return actorName(value.actor_id) + (value.implicit ? " (understood)" : "");
      return Object.entries(value).filter(([, one]) => one !== null)
        .map(([key, one]) => (schema.inner[key] ? say(one, schema.inner[key], record) : String(one))).join(", ");
    }
    if (value === true) return "yes";
    if (refers && page.actors[value]) return actorName(value);
    if (refers && records[value]) return brief(value);
    return list ? titleOf(list, value) : String(value);
  }
  function brief(id) {
    const [table, , row] = records[id];
    if (table === "statements") return `${(row.source_actor_ids || []).map(actorName).join(", ") || "source not named"} ${row.cue_text || row.cue_lemma || ""} (${id})`;
    return `${row.trigger_text || row.gloss || row.text || ""} (${id})`.trim();
  }
  // A statement, and who passes it on: the statements around it, nearest first.
  function chain(id) {
    const steps = [];
    for (let at = id; at && records[at] && steps.length < 20; at = records[at][2].parent_statement_id) steps.push(brief(at));
    return steps.join(", in ");
  }
  function status(view) {
    const [title, , group] = schema.lists.action_status[view.status] || [view.status];
    return el("b", { class: `status ${group || ""}` }, view.polarity === "positive" ? title : `${title} not to happen`);
  }
  function viewRow(view) {
    const who = view.view_of ? actorName(view.view_of) : "source not named";
    const sure = view.certainty === "certain" ? "" : ` (${titleOf("certainty", view.certainty).toLowerCase()})`;
    return el("div", {}, status(view), `${sure} — according to ${who}`);
  }
  const kinds = { mentions: "Mention", statements: "Statement", actions: "Action", events: "Event" };
  function cardOf(id, first) {
    const [table, way, row] = records[id];
    const columns = schema.tables[table];
    const list = el("dl");
    const part = (title, value, hint) => value !== "" && list.append(el("dt", hint ? { title: hint } : {}, title), el("dd", {}, value));
    const order = ["views", "asserted_in", "event_id", ...Object.keys(columns).filter((name) => name !== "note"), "note"];
    for (const name of new Set(order)) {
      const column = columns[name];
      if (!(name in row)) continue;
      if (name === "views") part("Status", el("div", {}, ...row.views.map(viewRow)));
      else if (name === "asserted_in") part(column[0], row.asserted_in === "AUTHOR" ? "the narrator's own voice" : chain(row.asserted_in), column[2]);
      else if (name === "mode" && table === "actions") part(column[0], (schema.modes[row.event_type] || {})[row.mode] || row.mode, column[2]);
      else part(column[0], say(row[name], column, row), column[2]);
    }
    const made = page.ways[way];
    const sure = `${titleOf("decision", made.decision).toLowerCase()}; ${made.annotators.join(", ")} (${titleOf("annotator_kind", made.annotator_kind).toLowerCase()}), ${made.reviewed_by_person ? "reviewed by a person" : "not reviewed by a person"}`;
    part("Annotated", sure);
    const head = el(first ? "h2" : "h3", {}, headline(table, row), " ", el("span", { class: "kind" }, `${kinds[table]} `, el("a", { href: `#${encodeURIComponent(page.prefix + id)}` }, id)));
    return [head, list];
  }
  function headline(table, row) {
    if (table === "mentions") return row.actor_id ? `${row.text || "…"}: ${actorName(row.actor_id)}` : row.text || "…";
    if (table === "statements") return `${(row.source_actor_ids || []).map(actorName).join(", ") || "Source not named"}: ${row.cue_text || row.cue_lemma || "…"}`;
    if (table === "events") return row.gloss || "";
    return row.trigger_text || titleOf("event_type", row.event_type);
  }

  /* the card */
  const card = $("ui-card"), body = $("ui-card-body");
  let lit = [], shown = "", timer = 0, arriving = false;
  function light(ids) {
    lit.forEach((one) => one.classList.remove("on"));
    lit = ids.flatMap((id) => marks.get(id) || []);
    lit.forEach((one) => one.classList.add("on"));
  }
  function show(ids, near, pinned) {
    ids = ids.filter((id) => records[id]);
    if (!ids.length) return;
    light(ids.slice(0, 1));
    card.classList.toggle("pinned", pinned);
    const wanted = `${pinned} ${ids.join()}`;
    if (shown !== wanted) {
      shown = wanted;
      body.replaceChildren(...ids.slice(0, pinned ? 4 : 1).flatMap((id, i) => cardOf(id, i === 0)));
    }
    card.hidden = false;
    card.scrollTop = 0;
    place(near);
  }
  function place(near) {
    const wide = window.matchMedia("(min-width: 50.01rem)").matches;
    card.classList.toggle("near", wide);
    for (const side of ["left", "top"]) card.style[side] = "";
    if (!wide) return;
    const at = (near.getClientRects()[0] || near.getBoundingClientRect()), box = card.getBoundingClientRect();
    const below = at.bottom + 14 + box.height < window.innerHeight || at.top < box.height + 14;
    card.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - box.width - 16))}px`;
    card.style.top = `${below ? Math.min(at.bottom + 14, Math.max(8, window.innerHeight - box.height - 8)) : at.top - box.height - 10}px`;
  }
  function hide() {
    card.hidden = true;
    card.classList.remove("pinned");
    shown = "";
    light([]);
  }
  const idsAt = (target) => {
    const mark = target.closest("[data-r], .note");
    if (!mark) return [];
    if (mark.matches(".note")) return target.closest(".row") ? [mark.dataset.id] : [];
    const ids = mark.dataset.r.split(" ");
    for (let up = mark.parentElement.closest("[data-r]"); up; up = up.parentElement.closest("[data-r]")) ids.push(...up.dataset.r.split(" "));
    return [...new Set(ids)];
  };
  const markAt = (target) => target.closest("[data-r]") || target.closest(".note > .row");
  document.addEventListener("mouseover", (event) => {
    if (card.classList.contains("pinned") || card.contains(event.target)) return;
    clearTimeout(timer);
    const mark = markAt(event.target), ids = idsAt(event.target);
    if (!mark || !ids.length) { timer = setTimeout(hide, 120); return; }
    if (mark.matches(".row")) { card.hidden = true; shown = ""; light(ids); return; } // the margin says it already
    timer = setTimeout(() => show(ids, mark, false), 140);
  });
  document.addEventListener("click", (event) => {
    if (card.contains(event.target)) return;
    const mark = markAt(event.target), ids = idsAt(event.target);
    if (!mark || !ids.length) { if (!card.hidden) hide(); return; }
    const link = event.target.closest("a");
    if (link && event.detail === 0) return; // by keyboard: the link leads to the note
    if (link && link.closest(".words")) event.preventDefault(); // the note stands beside; the card says the rest
    clearTimeout(timer);
    show(ids, mark, true);
  });
  document.addEventListener("focusin", (event) => {
    if (arriving || card.classList.contains("pinned") || !event.target.matches(":focus-visible") || !event.target.closest(".words [data-r], .note .self")) return;
    show(idsAt(event.target), event.target, false);
  });
  document.addEventListener("focusout", () => { if (!card.classList.contains("pinned")) hide(); });
  $("ui-close").addEventListener("click", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !card.hidden) { hide(); return; }
    const here = document.activeElement;
    if (!here || !here.matches(".words a[data-r], .note .self") || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [...document.querySelectorAll(here.matches(".words a") ? ".words a[data-r]:not([tabindex])" : ".note .self")].filter((one) => one.offsetParent);
    const next = stops[stops.indexOf(here) + step];
    if (next) { event.preventDefault(); next.focus(); }
  });

  /* filter and layers */
  if (window.matchMedia("(max-width: 36rem)").matches) $("ui-details").open = $("ui-signs").open = false;
  const tools = $("ui-tools"), text = new Map();
  const fields = { q: $("ui-find"), actor: $("ui-actor"), status: $("ui-group"), voice: $("ui-voice"), layer: $("ui-layer") };
  function searched(id) {
    if (!text.has(id)) {
      const [table, , row] = records[id];
      const event = row.event_id && records[row.event_id] ? records[row.event_id][2].gloss : "";
      const words = [row.trigger_text, row.gloss, event, row.cue_text, row.source_text];
      for (const span of [row.theme, row.instrument, row.location, ...(row.condition_spans || [])]) words.push(span && span.text);
      if (table === "statements") words.push(row.content_text);
      for (const one of marks.get(id) || []) if (one.matches(".note")) words.push(one.firstElementChild.textContent);
      text.set(id, words.filter(Boolean).join(" ").toLocaleLowerCase());
    }
    return text.get(id);
  }
  function fits(note, want) {
    const action = note.matches(".action");
    if (want.actor && !note.dataset.actors.split(" ").includes(want.actor)) return false;
    if (want.status && !(action && note.dataset.groups.split(" ").includes(want.status))) return false;
    if (want.voice && (action ? note.dataset.voice : "reported") !== want.voice) return false;
    if (want.layer) {
      const holder = action ? note.parentElement.closest(".statement") : note;
      if (!holder || holder.dataset.layer !== want.layer) return false;
    }
    return want.words.every((word) => searched(note.dataset.id).includes(word));
  }
  function filter() {
    const want = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.value.trim()]));
    want.words = want.q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const active = Object.values(fields).some((field) => field.value.trim());
    document.body.classList.toggle("filtered", active);
    $("ui-reset").hidden = !active;
    document.querySelectorAll(".hit").forEach((one) => one.classList.remove("hit"));
    if (!active) { $("ui-found").textContent = ""; return; }
    const notes = [...document.querySelectorAll(".note")], hits = new Set(notes.filter((note) => fits(note, want)));
    for (const note of notes) {
      const below = [...note.querySelectorAll(".note")].some((one) => hits.has(one));
      note.classList.toggle("off", !hits.has(note) && !below);
      note.classList.toggle("dim", !hits.has(note) && below);
      if (hits.has(note)) (marks.get(note.dataset.id) || []).forEach((one) => one.classList.add("hit"));
    }
    for (const one of document.querySelectorAll(".voice")) one.classList.toggle("off", !one.nextElementSibling.querySelector(".note:not(.off)"));
    const paras = [...document.querySelectorAll(".para")];
    paras.forEach((one) => one.classList.toggle("off", !one.querySelector(".note:not(.off)")));
    for (const body of document.querySelectorAll("tbody.event")) {
      const rows = [...body.querySelectorAll("tr[data-id]")];
      rows.forEach((row) => row.classList.toggle("off", !row.classList.contains("hit")));
      body.classList.toggle("off", rows.every((row) => row.classList.contains("off")));
    }
    const count = (kind) => [...hits].filter((one) => one.matches(kind)).length;
    const places = paras.filter((one) => !one.classList.contains("off")).length;
    $("ui-found").textContent = `${count(".action")} of ${notes.filter((one) => one.matches(".action")).length} actions and ${count(".statement")} of ${notes.filter((one) => one.matches(".statement")).length} statements, in ${places} ${places === 1 ? "paragraph" : "paragraphs"}`;
  }
  function filtered() {
    const query = new URLSearchParams(Object.entries(fields).map(([key, field]) => [key, field.value.trim()]).filter(([, value]) => value)).toString();
    filter();
    keep(query);
  }
  tools.addEventListener("submit", (event) => event.preventDefault());
  Object.values(fields).forEach((field) => field.addEventListener("input", filtered));
  tools.addEventListener("reset", () => setTimeout(filtered));
  for (const box of tools.querySelectorAll("[data-show]")) {
    box.addEventListener("change", () => document.body.classList.toggle(`no-${box.dataset.show}`, !box.checked));
  }

  /* deep links: #<record id>, its short form, or #?q=… for a filter */
  function arrive() {
    const hash = plainHash();
    if (hash.startsWith("?")) {
      const asked = new URLSearchParams(location.hash.slice(2));
      for (const [key, field] of Object.entries(fields)) field.value = asked.get(key) || "";
      filter();
      return;
    }
    const goal = $(hash) || $(page.prefix + hash);
    if (!hash || !goal || hash.startsWith("ui-")) return;
    if (goal.closest(".off")) { tools.reset(); Object.values(fields).forEach((field) => (field.value = "")); filter(); }
    goal.scrollIntoView({ block: "center" });
    const id = short(goal.id);
    if (!records[id]) return;
    const self = goal.querySelector(":scope > .row > .self");
    arriving = true;
    if (self) self.focus({ preventScroll: true });
    arriving = false;
    if (!card.classList.contains("pinned")) hide();
    light([id]);
  }
  window.addEventListener("hashchange", arrive);
  // The browser's own jump to the fragment comes with the load and takes the focus away.
  window.addEventListener("load", () => setTimeout(arrive));
}

// A filter is kept in the address, so that it can be sent. file:// allows no other change of the address.
function keep(query) {
  const hash = query ? `#?${query}` : "#";
  if (location.hash !== hash && (query || location.hash)) history.replaceState(null, "", hash);
}

function plainHash() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return location.hash.slice(1); }
}

/* ---------- tables ---------- */

const STEP = 100;

function tablePage(spec) {
  const store = window.communique, body = $("ui-rows"), more = $("ui-more"), rest = $("ui-rest"), found = $("ui-found");
  const schema = store.schema;
  const fields = Object.fromEntries([...document.querySelectorAll("#ui-tools [data-key]")].map((one) => [one.dataset.key, one]));
  let rows = [], view = [], drawn = 0, loaded = 0, order = null;
  const lower = new WeakMap();

  const titleOf = (list, value) => {
    const listed = list && schema.lists[list] && schema.lists[list][value];
    return listed ? listed[0] : value === null ? "" : String(value);
  };
  const plain = (row, i) => {
    const column = spec.columns[i], value = row[i];
    if (column.list) return titleOf(column.list, value);
    return Array.isArray(value) ? value.join(", ") : value === null || value === undefined ? "" : String(value);
  };
  const all = (row) => {
    if (!lower.has(row)) lower.set(row, spec.columns.map((_, i) => plain(row, i)).join(" ").toLocaleLowerCase());
    return lower.get(row);
  };
  function link(row) {
    if (spec.href !== null) return row[spec.href];
    const page = `articles/${encodeURIComponent(row[spec.file] || row[spec.article])}.html`;
    return spec.record === null ? page : `${page}#${encodeURIComponent(`${row[spec.article]}.${row[spec.record]}`)}`;
  }
  function cell(row, i) {
    const column = spec.columns[i], text = plain(row, i), made = el("td", { "data-label": column.title, class: column.number ? "num" : column.kind === "date" ? "date" : column.kind === "article" ? "id" : null });
    if (column.kind === "status") {
      const group = (schema.lists.action_status[row[i]] || [])[2] || "";
      const not = row[spec.polarity] === "positive" ? "" : " not to happen";
      made.append(el("b", { class: `status ${group}` }, text + not));
    } else if (column.kind === "link") {
      const address = link(row);
      if (text || address) made.append(address ? el("a", { href: address }, el("bdi", {}, text || "…")) : el("bdi", {}, text));
    } else if (column.kind === "qid" && /^Q[1-9][0-9]*$/.test(text)) {
      made.append(el("a", { href: `https://www.wikidata.org/wiki/${text}`, rel: "noopener noreferrer external" }, text));
    } else if (column.kind === "article") {
      made.append(el("a", { href: link(row).split("#")[0] }, el("bdi", {}, text)));
    } else if (text) {
      made.append(el("bdi", {}, text));
    }
    return made;
  }
  const visible = spec.columns.map((column, i) => i).filter((i) => spec.columns[i].title);
  function draw(count) {
    body.append(...view.slice(drawn, drawn + count).map((row) => el("tr", {}, ...visible.map((i) => cell(row, i)))));
    drawn = Math.min(drawn + count, view.length);
    more.hidden = drawn >= view.length;
    more.textContent = `Show more (${(view.length - drawn).toLocaleString("en")} left)`;
  }
  function compare(a, b) {
    const [i, sign] = order, x = a[i], y = b[i];
    if (spec.columns[i].number) return sign * ((x || 0) - (y || 0));
    const p = plain(a, i), q = plain(b, i);
    return p === q ? 0 : !p ? 1 : !q ? -1 : sign * (p < q ? -1 : 1);
  }
  function update() {
    const words = fields.q.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const exact = Object.entries(fields).filter(([key, field]) => key !== "q" && field.value)
      .map(([key, field]) => [spec.columns.findIndex((column) => column.key === key), field]);
    view = rows.filter((row) => exact.every(([i, field]) => (field.tagName === "SELECT"
      ? String(row[i]) === field.value : plain(row, i).toLocaleLowerCase().includes(field.value.trim().toLocaleLowerCase())))
      && (!words.length || words.every((word) => all(row).includes(word))));
    if (order) view = [...view].sort(compare);
    body.replaceChildren();
    drawn = 0;
    draw(STEP);
    found.textContent = `${view.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`
      + (loaded < spec.files.length ? ` loaded; ${spec.count.toLocaleString("en")} in all` : "");
    rest.hidden = loaded >= spec.files.length;
  }
  function changed() {
    update();
    keep(new URLSearchParams(Object.entries(fields).map(([key, field]) => [key, field.value.trim()]).filter(([, value]) => value)).toString());
  }
  function load(wanted, done) {
    if (loaded >= wanted) { done(); return; }
    const name = spec.files[loaded];
    const taken = () => { rows = rows.concat(store[name]); delete store[name]; loaded += 1; load(wanted, done); };
    if (store[name]) { taken(); return; }
    const script = el("script", { src: `data/${name}.js` });
    script.addEventListener("load", taken);
    script.addEventListener("error", () => { found.textContent = `data/${name}.js is missing: the site is not complete.`; });
    document.head.append(script);
  }
  // Spreadsheets run cells that begin like a formula; a leading apostrophe keeps them text.
  const csvCell = (value) => {
    const text = /^[=+\-@\t\r]/.test(value) && !/^-?[0-9.]+$/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  function csv() {
    const lines = [spec.columns.map((column) => column.key), ...view.map((row) => spec.columns.map((column, i) => (column.list ? String(row[i] ?? "") : plain(row, i))))];
    return lines.map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
  }
  $("ui-csv").addEventListener("click", () => load(spec.files.length, () => {
    update();
    const address = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv;charset=utf-8" }));
    const link = el("a", { href: address, download: `${spec.name}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }));
  for (const head of document.querySelectorAll("thead th[data-i]")) {
    head.querySelector("button").addEventListener("click", () => {
      const i = Number(head.dataset.i), up = head.getAttribute("aria-sort") !== "ascending";
      document.querySelectorAll("thead th").forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      order = [i, up ? 1 : -1];
      update();
    });
  }
  let waiting = 0;
  Object.values(fields).forEach((field) => field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, 60); }));
  $("ui-tools").addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => draw(STEP));
  rest.addEventListener("click", () => load(spec.files.length, update));
  function arrive() {
    const asked = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    for (const [key, field] of Object.entries(fields)) field.value = asked.get(key) || "";
    update();
  }
  window.addEventListener("hashchange", arrive);
  load(Math.min(1, spec.files.length), arrive);
}

window.communique = window.communique || {};
if ($("ui-data")) articlePage(data("ui-data"));
if ($("ui-table")) tablePage(data("ui-table"));
