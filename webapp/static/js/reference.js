// A value added to a list from a dialog is chosen in the field it was added for.

document.addEventListener("referenceAdded", (event) => {
  const { field, id, text } = event.detail;
  event.target.closest("dialog")?.close();
  const control = document.querySelector(`[name="${CSS.escape(field)}"]`);
  if (!control) return;
  if (control instanceof HTMLSelectElement) {
    control.add(new Option(text, id, true, true));
    control.focus();
    return;
  }
  const input = document.querySelector(`[name="${CSS.escape(field)}_text"]`);
  control.value = id;
  input.value = text;
  input.focus();
});
