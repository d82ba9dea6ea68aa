/* Searches the index that lies in search/ (see catalogue/pages/search.py): one list of beginnings, and of a query one small file or a few. */
import { words } from "./fold.js";

const form = document.querySelector(".find"), box = form.elements.q, told = document.querySelector(".told"), hits = document.querySelector(".hits");
const kinds = JSON.parse(document.getElementById("kinds").textContent), say = told.dataset, MOST = 50;
const fetched = new Map();

const get = name => {
  if (!fetched.has(name)) fetched.set(name, fetch(form.dataset.index + name).then(r => { if (!r.ok) throw new Error(r.status); return r.json(); }).catch(error => { fetched.delete(name); throw error; }));
  return fetched.get(name);
};
const file = beginning => "w-" + [...beginning].map(c => /[a-z0-9]/.test(c) ? c : `-${c.codePointAt(0).toString(16)}-`).join("") + ".json";

/* The files in which entries with a word that begins so stand: the one of its beginning, or those that go on from it. */
const shards = (index, word) => Object.keys(index).filter(b => b.endsWith("$") ? b.slice(0, -1).startsWith(word) : b.startsWith(word) || word.startsWith(b));
const score = (entry, text, wanted) => {
  const name = words(entry[0]), plain = name.join(" ");
  return (plain === text ? 1000 : 0) + (plain.startsWith(text) ? 200 : 0) + wanted.filter(w => name.includes(w)).length * 40 + (entry[1] === "source" ? -30 : 0) + Math.min(entry[5], 30);
};

let last = 0;
const search = async () => {
  const wanted = words(box.value), text = wanted.join(" "), now = ++last;
  if (!wanted.some(w => w.length > 1)) { hits.replaceChildren(); told.textContent = box.value.trim() ? say.few : ""; return; }
  const slow = setTimeout(() => { told.textContent = say.wait; }, 300);
  try {
    const index = await get("index.json");
    const by = wanted.filter(w => w.length > 1).map(w => shards(index, w)).sort((a, b) => cost(index, a) - cost(index, b))[0];
    const lists = await Promise.all(by.map(b => get(file(b))));
    clearTimeout(slow);
    if (now !== last) return;
    const found = new Map();
    for (const entry of lists.flat()) {
      const has = words(`${entry[0]} ${entry[4]} ${entry[1] === "source" ? entry[3] : ""}`);
      if (wanted.every(w => has.some(h => h.startsWith(w)))) found.set(entry[2], entry);
    }
    show([...found.values()].map(e => [score(e, text, wanted), e]).sort((a, b) => b[0] - a[0] || (a[1][0] < b[1][0] ? -1 : 1)).map(([, e]) => e));
  } catch { if (now === last) { hits.replaceChildren(); told.textContent = say.failed; } }
  finally { clearTimeout(slow); }
};
const cost = (index, list) => list.reduce((n, b) => n + index[b], 0);

const show = found => {
  const n = found.length;
  told.textContent = !n ? say.none : n === 1 ? say.one : (n > MOST ? say.first : say.many).replace("{n}", Math.min(n, MOST));
  hits.replaceChildren(...found.slice(0, MOST).map(([name, kind, address, beside, others]) => {
    const li = document.createElement("li"), a = document.createElement("a"), what = document.createElement("span"), more = document.createElement("small");
    a.href = form.dataset.top + address; a.textContent = name;
    what.className = "tag"; what.textContent = kinds[kind] ?? kind;
    more.textContent = [others, beside].filter(Boolean).join(" · ");
    li.append(a, " ", what, " ", more);
    return li;
  }));
};

/* Arrows go from the box through the results and back. */
form.parentElement.addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], stops = [box, ...hits.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
  if (!step || at < 0 || (at === 0 && step < 0)) return;
  event.preventDefault();
  stops[Math.max(0, Math.min(stops.length - 1, at + step))].focus();
});
let waiting;
box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { remember(); search(); }, 120); });
form.addEventListener("submit", event => { event.preventDefault(); remember(); search().then(() => hits.querySelector("a")?.focus()); });
const remember = () => { try { history.replaceState(null, "", box.value.trim() ? `?q=${encodeURIComponent(box.value.trim())}` : location.pathname); } catch { /* opened as a file */ } };
box.value = new URLSearchParams(location.search).get("q") ?? "";
if (box.value) search();
