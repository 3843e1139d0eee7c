// Menus are <details>: this closes them on Escape, on a click elsewhere and on a choice, and walks them with arrows.
const opened = () => document.querySelectorAll("details.menu[open]");
const items = (menu) => [...menu.querySelectorAll(".menu-list :is(a, button)")];

document.addEventListener("click", (event) => {
  for (const menu of opened()) {
    const inside = menu.contains(event.target);
    if (!inside || event.target.closest(".menu-list a")) menu.open = false;
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu");
  if (!menu) return;
  const summary = menu.querySelector("summary");
  if (event.key === "Escape" && menu.open) {
    event.preventDefault();
    menu.open = false;
    summary.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    menu.open = true;
    const all = items(menu);
    const at = all.indexOf(document.activeElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    all.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step) % all.length).focus();
  }
});

// The menu marks the page one is on, also after htmx changed only the middle of it.
const mark = () => {
  for (const link of document.querySelectorAll(".nav a")) {
    const path = link.pathname;
    const here = location.pathname === path || location.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
};
document.addEventListener("htmx:after:history:update", mark);
