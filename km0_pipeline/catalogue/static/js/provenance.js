/* A click on a value (a link of class p) shows who said it, beside it; without this script the link just goes there. */
const panel = document.createElement("div");
panel.className = "proof";
panel.popover = "auto";
panel.tabIndex = -1;
panel.setAttribute("role", "dialog");
panel.setAttribute("aria-modal", "false");
document.body.append(panel);

const pages = new Map(), close = document.documentElement.lang === "fr" ? "Fermer" : "Close", more = document.documentElement.lang === "fr" ? "Tout voir" : "See all";
const wait = document.documentElement.lang === "fr" ? "Chargement…" : "Loading…";
let opener = null, last = 0;

/* The page at an address, as a document; asked for once. */
const page = address => {
  if (address === location.href.split("#")[0]) return Promise.resolve(document);
  if (!pages.has(address)) pages.set(address, fetch(address).then(r => { if (!r.ok) throw new Error(r.status); return r.text(); }).then(text => new DOMParser().parseFromString(text, "text/html")));
  return pages.get(address);
};

/* What an address with a # leads to: the section around it, on its own, its links made absolute. Of one claim of a record, all that is said
   of the same property stands there, the claim marked: who else says so and who otherwise is part of the answer. */
const section = async link => {
  const [address, anchor] = link.href.split("#"), meant = (await page(address)).getElementById(decodeURIComponent(anchor ?? ""));
  const found = meant?.closest(".prop") ?? meant?.closest("section, li");
  if (!found) return null;
  const copy = found.cloneNode(true);
  if (meant !== found) copy.querySelector(`#${CSS.escape(meant.id)}`)?.classList.add("meant");
  for (const a of copy.querySelectorAll("a[href]")) a.href = new URL(a.getAttribute("href"), address);
  for (const e of [copy, ...copy.querySelectorAll("[id]")]) e.removeAttribute("id");
  const folded = copy.querySelectorAll("details");
  for (const d of folded) d.open = folded.length < 4 || d.querySelector("li.meant") !== null;
  return copy;
};

const stand = () => {
  const box = opener.getBoundingClientRect(), high = panel.offsetHeight, wide = panel.offsetWidth;
  panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - wide - 8))}px`;
  panel.style.top = `${box.bottom + 8 + high < innerHeight || box.top < high + 16 ? Math.min(box.bottom + 8, Math.max(8, innerHeight - high - 8)) : box.top - high - 8}px`;
};

const open = (link, ...content) => {
  panel.replaceChildren(...content);
  panel.setAttribute("aria-label", panel.querySelector("h3, h2")?.textContent.trim() ?? link.textContent.trim());
  opener = link;
  if (!panel.matches(":popover-open")) panel.showPopover();
  stand();
  panel.focus({ preventScroll: true });
};

const show = async link => {
  const now = ++last, slow = setTimeout(() => open(link, Object.assign(document.createElement("p"), { textContent: wait })), 300);
  let copy = null;
  try { copy = await section(link); } catch { /* as a file, or the page is gone: the link goes there */ }
  clearTimeout(slow);
  if (now !== last) return;
  if (!copy) { location.href = link.href; return; }
  const bar = document.createElement("p"), there = document.createElement("a"), shut = document.createElement("button");
  there.href = link.href; there.textContent = more;
  there.addEventListener("click", () => panel.hidePopover());
  shut.type = "button"; shut.textContent = close; shut.className = "btn small";
  shut.addEventListener("click", () => panel.hidePopover());
  bar.className = "bar"; bar.append(there, shut);
  open(link, copy, bar);
  panel.querySelector("li.meant")?.scrollIntoView({ block: "nearest" });
};

document.addEventListener("click", event => {
  const link = event.target.closest?.("a.p");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || location.protocol === "file:" || !link.hash || !panel.showPopover) return;
  event.preventDefault();
  show(link);
});
panel.addEventListener("toggle", event => { if (event.newState === "closed") last++; if (event.newState === "closed" && opener && (document.activeElement === document.body || panel.contains(document.activeElement))) opener.focus({ preventScroll: true }); });
addEventListener("resize", () => { if (panel.matches(":popover-open")) stand(); });
