// Dialogs: shown when htmx puts one in #dialogs, closed when their record is saved, never losing what was typed.
const snapshots = new WeakMap();
const openers = new WeakMap();

const shown = () => [...document.querySelectorAll("dialog:modal")];
const topmost = () => shown().at(-1);

// The token is nobody's typing: a form that was shown again has another one.
const typed = ([name]) => name !== "csrf_token";
const contents = (form) => JSON.stringify([...new FormData(form)].filter(typed).map(([name, value]) => [name, String(value)]));
const changed = (dialog) => {
  const form = dialog.querySelector("form[hx-post]");
  return Boolean(form && snapshots.has(dialog) && snapshots.get(dialog) !== contents(form));
};

// Behind a modal dialog the page is inert and silent: the messages move into it, and back.
const placeMessages = () => {
  const toasts = document.getElementById("toasts");
  const host = topmost() ?? document.querySelector(".page") ?? document.body;
  if (toasts && toasts.parentElement !== host) host.prepend(toasts);
};

const firstField = (dialog) =>
  dialog.querySelector("[autofocus]") ??
  dialog.querySelector(".tab-panel:not([hidden]) :is(.in, input:not([type=hidden])), .body :is(.in, input:not([type=hidden]))") ??
  dialog.querySelector(".dlg-foot [data-close]");

const show = (dialog) => {
  openers.set(dialog, document.activeElement);
  dialog.showModal();
  placeMessages();
  firstField(dialog)?.focus();
  const form = dialog.querySelector("form[hx-post]");
  if (form) snapshots.set(dialog, contents(form));
};

// Closed in whatever way: nothing of it stays, and the focus goes back to what opened it.
const clear = (dialog) => {
  const opener = openers.get(dialog);
  placeMessages();
  dialog.remove();
  if (document.activeElement !== document.body) return;
  const back = opener?.isConnected ? opener : document.getElementById(opener?.id);
  const seen = back?.checkVisibility() ? back : back?.closest("details")?.querySelector("summary");
  (seen ?? document.getElementById("main"))?.focus();
};

const askToLeave = (dialog) => {
  const question = document.getElementById("dialog-leave").content.firstElementChild.cloneNode(true);
  question.addEventListener("close", () => {
    if (question.returnValue !== "leave") return;
    dialog.querySelector("form[hx-post]")?.dispatchEvent(new Event("abandoned", { bubbles: true }));
    dialog.close();
  });
  document.getElementById("dialogs").append(question);
  show(question);
};

const tryClose = (dialog) => {
  if (changed(dialog)) askToLeave(dialog);
  else dialog.close();
};

document.addEventListener("close", (event) => {
  if (event.target.matches("#dialogs > dialog")) clear(event.target);
}, true);

document.addEventListener("htmx:after:settle", () => {
  for (const dialog of document.querySelectorAll("#dialogs > dialog:not([open])")) {
    // One that was shown already is on its way out.
    if (!openers.has(dialog)) show(dialog);
  }
  placeMessages();
});

document.addEventListener("saved", (event) => {
  const dialog = event.target.closest?.("dialog") ?? topmost();
  dialog?.close();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-close]");
  const dialog = button?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  tryClose(dialog);
});

document.addEventListener("keydown", (event) => {
  const dialog = topmost();
  if (event.key !== "Escape" || event.defaultPrevented || !dialog?.querySelector("form[hx-post]")) return;
  event.preventDefault();
  tryClose(dialog);
});

// Other ways to ask for it, as the Back gesture of a phone.
document.addEventListener("cancel", (event) => {
  if (!event.target.matches?.("dialog") || !event.target.querySelector("form[hx-post]")) return;
  event.preventDefault();
  tryClose(event.target);
}, true);

document.addEventListener("pointerdown", (event) => {
  const dialog = event.target;
  if (!dialog.matches?.("dialog.dlg") || !dialog.querySelector("form[hx-post]")) return;
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const inside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
  if (!inside) tryClose(dialog);
});
