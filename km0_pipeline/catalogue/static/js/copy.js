/* Buttons that copy what an element says (data-copy names it); hidden where nothing can be copied. */
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const label = button.firstChild, text = label.data;
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent); } catch { return; }
    label.data = button.dataset.done;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { label.data = text; }, 1600);
  });
}
