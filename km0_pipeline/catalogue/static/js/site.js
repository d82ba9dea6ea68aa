/* What every page does beyond being read. A page that needs more names a module of its own. */
document.documentElement.classList.add("js");
