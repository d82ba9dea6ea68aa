/** The SQL page: a query in, a table and a CSV out. The engine is a worker (frontend/src/engine.js) that starts with the first query; stopping a query
 * ends the worker, and the next one begins with the program that is compiled already. */
const said = document.getElementById("sql-data") && JSON.parse(document.getElementById("sql-data").textContent);
const part = (name) => document.getElementById(`sql-${name}`);
const [form, query, run, stop, share, status, progress, error, result, table, csv] = ["form", null, "run", "stop", "share", "status", "progress", "error", "result", "table", "csv"].map(
  (name) => (name ? part(name) : document.getElementById("sql")),
);
const language = document.documentElement.lang;
const number = (value, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits });
const size = (bytes) => (bytes < 1e6 ? `${number(Math.ceil(bytes / 1e3))} ${language === "fr" ? "ko" : "kB"}` : `${number(bytes / 1e6, 1)} ${language === "fr" ? "Mo" : "MB"}`);
const say = (message, values = {}) => said.messages[message].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const absolute = (path) => new URL(path, location.href).href;

let engine = null, compiled = null, running = false;

if (said) {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.compileStreaming !== "function" || typeof DecompressionStream !== "function") {
    part("old").hidden = false;
  } else {
    form.hidden = false;
    form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    query.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask(); } });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && running) halt(); });
    stop.addEventListener("click", halt);
    share.addEventListener("click", copy);
    addEventListener("hashchange", fromAddress);
    fromAddress();
  }
  part("still").hidden = true;
}

/** Puts the query of the address into the page; running it is the reader's choice, since it fetches the engine. */
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("q");
  if (asked === null || asked === query.value) return;
  query.value = asked;
  query.rows = Math.min(24, Math.max(9, asked.split("\n").length + 1));
  query.focus();
}

function toAddress() {
  history.replaceState(null, "", `#q=${encodeURIComponent(query.value)}`);
}

async function copy() {
  toAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = say("copied");
  } catch { // no clipboard over http, or not allowed
    status.textContent = say("uncopied");
  }
}

function ask() {
  if (running) return;
  error.hidden = true;
  if (!query.value.trim()) {
    status.textContent = say("empty");
    return;
  }
  toAddress();
  during(true);
  status.textContent = say(engine ? "running" : "starting");
  engine ??= begin();
  engine.postMessage({ sql: query.value });
}

function begin() {
  const worker = new Worker(absolute(said.engine.worker));
  worker.onmessage = ({ data }) => heard(data);
  worker.onerror = (event) => { event.preventDefault(); heard({ failed: "engine", message: "" }); };
  worker.postMessage({
    wasm: { url: absolute(said.engine.wasm), bytes: said.engine.bytes }, module: compiled, limits: said.limits,
    tables: said.tables.map((t) => ({ ...t, url: absolute(t.path) })),
  });
  return worker;
}

function end() {
  engine?.terminate();
  engine = null;
}

function halt() {
  end();
  during(false);
  status.textContent = say("stopped");
  query.focus();
}

function during(is) {
  running = is;
  run.disabled = is;
  stop.hidden = !is;
  progress.hidden = true;
  form.setAttribute("aria-busy", is);
}

function heard(data) {
  if ("failed" in data) { during(false); failed(data); }
  else if ("columns" in data) { during(false); shown(data); }
  else if ("module" in data) compiled = data.module;
  else if ("loading" in data) coming(data.loading === null ? "engine" : data.whole ? "whole" : "table", data.loading, data.done, data.total, size);
  else if ("reading" in data) coming("reading", data.reading, data.rows, data.total, number);
  else if ("ready" in data) { progress.hidden = true; status.textContent = say("running"); }
}

/** How far it is stands in the bar; the sentence, which screen readers say, changes only with what is under way. */
function coming(message, table, done, total, written) {
  progress.hidden = false;
  progress.max = total;
  progress.value = Math.min(done, total);
  const sentence = say(message, { table, total: written(total) });
  if (status.textContent !== sentence) status.textContent = sentence;
}

function failed({ failed: what, message }) {
  if (what === "engine" || what === "crash") end();
  result.hidden = true;
  status.textContent = "";
  const sentence = document.createElement("p");
  sentence.textContent = say({ engine: "unstarted", data: "unread", memory: "memory", extension: "extension", crash: "crashed", query: "wrong" }[what]);
  error.replaceChildren(sentence);
  if (message) {
    const words = document.createElement("pre");
    words.textContent = message;
    words.tabIndex = 0;
    error.append(words);
  }
  error.hidden = false;
}

function shown({ columns, rows, count, more, csv: file, ms }) {
  const values = { rows: number(count), shown: number(rows.length), time: number(ms / 1000, 2) };
  status.textContent = say(more ? "many" : count > rows.length ? "some" : count > 1 ? "rows" : count ? "one" : "none", values);
  const cell = (tag, text, { name, number: isNumber }) => {
    const made = document.createElement(tag);
    if (text === null) made.classList.add("null");
    const href = tag === "td" && text !== null && leadsTo(text, name);
    if (href) made.append(Object.assign(document.createElement("a"), { href, textContent: text, rel: "noreferrer" }));
    else made.textContent = text ?? "null";
    if (isNumber) made.classList.add("n");
    return made;
  };
  const head = document.createElement("tr"), body = document.createElement("tbody");
  for (const column of columns) {
    const th = cell("th", column.name, column);
    th.scope = "col";
    head.append(th);
  }
  for (const row of rows) {
    const tr = document.createElement("tr");
    tr.append(...row.map((text, n) => cell("td", text, columns[n])));
    body.append(tr);
  }
  const thead = document.createElement("thead");
  thead.append(head);
  table.replaceChildren(thead, body);
  csv.onclick = () => save(file);
  result.hidden = false;
  result.scrollIntoView({ block: "nearest" });
}

/** The page of an organisation, person, place, event or source, or an address on the web, that a value names. */
function leadsTo(text, column) {
  const entity = text.match(/^(org|per|pla|evt)-([0-9a-f]{16})$/);
  if (entity) return `${said.pages}id/${entity[1]}/${entity[2]}.html`;
  if (/document_id$/.test(column) && /^[0-9a-f]{64}$/.test(text)) return `${said.pages}sources/${text.slice(0, 16)}.html`;
  return /^https?:\/\/\S+$/.test(text) ? text : null;
}

function save(file) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: say("file") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after this
}
