// The tabs Accès and Portail Clients: what the server has moved from list to list was typed too, for the draft.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const { id } = ctx.target ?? {};
  if (id !== "access" && id !== "portal") return;
  document.getElementById(id)?.dispatchEvent(new Event("input", { bubbles: true }));
});
