// What a browser does by itself when it changes page, done when htmx changes only the middle of it.
const narrow = matchMedia("(max-width: 56rem)");

document.addEventListener("htmx:after:settle", (event) => {
  if (event.target.id !== "main") return;
  for (const drawer of document.querySelectorAll(".side:popover-open, .nav:popover-open")) drawer.hidePopover();
  // The focus stays where it is (in the tree, say) unless what had it is gone.
  if (document.activeElement === document.body || narrow.matches) event.target.focus({ preventScroll: true });
});

document.addEventListener("htmx:after:swap", (event) => {
  const title = event.detail.ctx.title;
  if (title) document.getElementById("announce").textContent = title;
});

// A click meant for a new tab or window is the browser's: htmx would stop it.
document.addEventListener("click", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (isElsewhere && event.target.closest?.("a[href]")) event.stopPropagation();
}, true);
