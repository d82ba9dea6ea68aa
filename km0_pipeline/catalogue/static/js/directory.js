/* A box that filters a directory by name, and says how many lines are left; without this script facets and sections work alone. */
import { words } from "./fold.js";

const directory = document.querySelector(".directory"), lines = [...directory.querySelectorAll(".entries li")], folded = lines.map(li => " " + words(li.textContent).join(" "));
if (lines.length > 8) {
  const tools = document.createElement("div"), label = document.createElement("label"), box = document.createElement("input"), told = document.createElement("output");
  tools.className = "tools";
  box.type = "search"; box.autocomplete = "off"; box.spellcheck = false;
  label.append(directory.dataset.filter, " ", box);
  told.setAttribute("aria-live", "polite");
  tools.append(label, told);
  directory.querySelector("section").before(tools);
  const update = () => {
    const wanted = words(box.value), choice = directory.querySelector(".facet input:checked")?.id.slice(1) ?? "0";
    let n = 0;
    lines.forEach((li, i) => { li.hidden = !wanted.every(w => folded[i].includes(" " + w)); n += !li.hidden && (choice === "0" || li.classList.contains("k" + choice)); });
    for (const section of directory.querySelectorAll("section")) section.hidden = !section.querySelector("li:not([hidden])");
    told.value = n === lines.length ? "" : n ? directory.dataset.count.replace("{n}", n).replace("{all}", lines.length) : directory.dataset.none;
  };
  directory.addEventListener("input", update);
  directory.addEventListener("change", update);
  directory.querySelector(".facet")?.reset();
}
