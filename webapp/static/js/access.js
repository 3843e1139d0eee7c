// The tab Accès: what the server has moved from list to list was typed too, for the draft of the form.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.id !== "access") return;
  document.getElementById("access")?.dispatchEvent(new Event("input", { bubbles: true }));
});
