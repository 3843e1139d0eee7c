// Parts of a form in a dialog of their own: « Nom complet », with the whole name as its parts make it, and « Accès aux
// profils des ressources ». Their fields belong to the form around them. Enter is OK; Escape leaves the name as it was.
const before = new WeakMap();
const partOf = (element) => element.closest?.("dialog.part");
const controls = (part) => [...part.querySelectorAll("input, select")];

const write = (part) => {
  if (!part.querySelector("[data-full-name]")) return;
  const { title, first_name, middle_name, last_name, honorific } = part.closest("form").elements;
  const civility = honorific.value.trim() || (title.value && title.selectedOptions[0].text);
  const name = [civility, ...[first_name, middle_name, last_name].map((input) => input.value.trim())].filter(Boolean).join(" ");
  for (const output of part.closest("form").querySelectorAll("[data-full-name]")) output.value = name;
};

const open = (part) => {
  if (part.matches(":modal")) return;
  // It stands open for those without scripts.
  part.open = false;
  before.set(part, controls(part).map((control) => control.value));
  part.showModal();
  (part.querySelector("[aria-invalid=true]") ?? controls(part)[0]).focus();
};

const close = (part) => {
  part.close();
  document.querySelector(`[data-opens="${part.id}"]`).focus();
};

const cancel = (part) => {
  // What changes step by step, with the server, has no way back.
  if ("lasting" in part.dataset) return close(part);
  controls(part).forEach((control, index) => (control.value = before.get(part)[index]));
  write(part);
  close(part);
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) return open(document.getElementById(opener.dataset.opens));
  const part = partOf(event.target);
  if (event.target.closest?.("[data-part-cancel]")) cancel(part);
  if (event.target.closest?.("[data-part-ok]")) close(part);
  // From a summary of errors: tabs.js then puts the cursor in the field.
  const link = event.target.closest?.(".errors a[href^='#']");
  const named = link && partOf(document.getElementById(link.hash.slice(1)) ?? link);
  if (named) open(named);
});

document.addEventListener("keydown", (event) => {
  const part = partOf(event.target);
  if (!part?.matches(":modal") || event.key !== "Enter" || event.isComposing || event.target.matches("button")) return;
  event.preventDefault();
  if (!event.target.matches("[role=combobox]")) close(part);
});

document.addEventListener("input", (event) => {
  const part = partOf(event.target);
  if (part) write(part);
});

document.addEventListener("cancel", (event) => {
  if (!event.target.matches?.("dialog.part")) return;
  event.preventDefault();
  cancel(event.target);
}, true);

// What is refused in it can't be read from outside.
const show = () => {
  for (const part of document.querySelectorAll("dialog.part:has([aria-invalid=true])")) open(part);
};
show();
document.addEventListener("htmx:after:settle", (event) => {
  if (event.target.matches("form, dialog, #dialogs")) show();
});
