// A value added from a company's dialog: its own dialog goes, and the field it was opened for has it.
const choose = (control, { field, id, text }) => {
  if (control.matches("select")) {
    const known = [...control.options].find((option) => option.value === String(id));
    if (!known) control.add(new Option(text, id));
    control.value = id;
    return control;
  }
  const typed = control.form.elements[`${field}_text`];
  control.value = id;
  if (typed) typed.value = text;
  return typed ?? control;
};

document.addEventListener("referenceAdded", (event) => {
  // The dialog knows how to go, and what to show again below it.
  const form = event.target.closest?.("dialog form");
  form?.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
  const controls = document.querySelectorAll(`[name="${CSS.escape(event.detail.field)}"]`);
  const control = controls[controls.length - 1];
  if (!control) return;
  const shown = choose(control, event.detail);
  control.dispatchEvent(new Event("change", { bubbles: true }));
  shown.focus();
});
