/* The rows of a preview, sorted by a click on a heading and filtered by words; without this script all of them stand there in order. */
import { words } from "./fold.js";

const compare = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" }).compare;
const say = (text, n, all) => text.replace("{n}", n).replace("{all}", all);

for (const table of document.querySelectorAll("table.preview")) {
  const body = table.tBodies[0], rows = [...body.rows], headings = [...table.tHead.rows[0].cells];
  const folded = rows.map(row => " " + words([...row.cells].map(cell => cell.textContent).join(" ")).join(" "));
  const order = (row, i) => row.cells[i].dataset.v ?? (row.cells[i].querySelector(".none") ? "" : row.cells[i].textContent);

  headings.forEach((heading, i) => {
    const button = document.createElement("button"), number = heading.classList.contains("n");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row, n) => ({ row, n, key: order(row, i) }));
      keyed.sort((a, b) => (a.key === "") - (b.key === "") || (down ? -1 : 1) * (number ? a.key - b.key : compare(a.key, b.key)) || a.n - b.n);
      body.append(...keyed.map(k => k.row));
    });
  });

  const tools = document.createElement("div"), label = document.createElement("label"), box = document.createElement("input"), told = document.createElement("output");
  tools.className = "tools";
  label.append(table.dataset.filter, " ", box);
  box.type = "search"; box.autocomplete = "off"; box.spellcheck = false;
  told.setAttribute("aria-live", "polite");
  tools.append(label, told);
  table.closest(".scroll").before(tools);
  const filter = () => {
    const wanted = words(box.value);
    let n = 0;
    rows.forEach((row, i) => { row.hidden = !wanted.every(w => folded[i].includes(" " + w)); n += !row.hidden; });
    told.value = !wanted.length ? "" : n ? say(table.dataset.shown, n, rows.length) : table.dataset.none;
  };
  box.addEventListener("input", filter);
  box.addEventListener("keydown", event => { if (event.key === "Escape" && box.value) { box.value = ""; filter(); event.preventDefault(); } });
}
