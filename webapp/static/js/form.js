// Forms: one submission at a time, no change lost by leaving or by waiting, passwords shown on demand.
const page = () => document.querySelector("form[data-page]");
const contents = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
let first;
let leaving = false;

const remember = () => {
  // Refused once: what is typed is nowhere else.
  const form = page();
  first = form && !form.querySelector(".errors") ? contents(form) : undefined;
};
const dirty = () => Boolean(page()) && contents(page()) !== first;

addEventListener("beforeunload", (event) => {
  if (dirty() && !leaving) event.preventDefault();
});

// Beside a form that is a whole page, links go the plain way: the browser asks before leaving, ids stay unique.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[hx-get]");
  if (link && page() && !link.closest("form") && link.closest("#dialogs") === null) event.stopPropagation();
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-preferences]")) form.elements.next.value = location.pathname + location.search;
  if (form.hasAttribute("hx-post") || form.method === "dialog") return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  form.setAttribute("aria-busy", "true");
  leaving = form === page();
});
// Back shows the page as it was left: it is not busy any more.
addEventListener("pageshow", () => {
  leaving = false;
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});

document.addEventListener("htmx:before:request", ({ target }) => {
  if (target.matches?.("form")) target.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:finally:request", ({ target }) => {
  if (target.matches?.("form")) target.removeAttribute("aria-busy");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reveal]");
  if (!button) return;
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", !shown);
});

remember();
document.addEventListener("htmx:after:settle", (event) => {
  if (event.target.id === "main") remember();
});

// Fields that are fetched again come as the server has understood them; what was typed meanwhile is put back.
const asked = new WeakMap();
const chosenIn = (input) => document.getElementById(`${input.id}-value`);
const written = (target) =>
  [...target.querySelectorAll(".in")].map((input) => ({ id: input.id, value: input.value, chosen: chosenIn(input)?.value }));
const refetched = (ctx) => (ctx.target?.matches?.("[data-refetched]") ? ctx.target : undefined);
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (refetched(ctx)) asked.set(ctx, new Map(written(ctx.target).map(({ id, value }) => [id, value])));
});
const typed = new WeakMap();
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const then = asked.get(ctx);
  if (then && refetched(ctx)) typed.set(ctx, written(ctx.target).filter(({ id, value }) => then.get(id) !== value));
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!asked.has(ctx)) return;
  for (const input of refetched(ctx)?.querySelectorAll("input.in, textarea.in") ?? []) input.value = input.defaultValue;
  for (const { id, value, chosen } of typed.get(ctx) ?? []) {
    const input = document.getElementById(id);
    if (!input) continue;
    input.value = value;
    if (chosenIn(input)) chosenIn(input).value = chosen;
  }
});
