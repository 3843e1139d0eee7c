// Messages: they leave by themselves unless they tell of an error, wait while they are read, and can be dismissed.
const SECONDS = 8;
const SECONDS_TO_UNDO = 20;

const watch = (toast) => {
  toast.dataset.seen = "";
  if (toast.matches(".error")) return;
  let timer;
  const seconds = toast.querySelector("[data-undo]") ? SECONDS_TO_UNDO : SECONDS;
  const start = () => (timer = setTimeout(() => toast.remove(), seconds * 1000));
  const wait = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", wait);
  toast.addEventListener("focusin", wait);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
};

const enhance = () => {
  for (const toast of document.querySelectorAll(".toast:not([data-seen])")) watch(toast);
};

const unreachable = () => {
  const toasts = document.getElementById("toasts");
  if (toasts.querySelector("[data-unreachable]")) return;
  const toast = document.getElementById("toast-unreachable").content.firstElementChild.cloneNode(true);
  toast.dataset.unreachable = "";
  toasts.append(toast);
  enhance();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-dismiss]");
  if (!button) return;
  button.closest(".toast").remove();
});

// An error that is not one of our pages comes from what stands between: its page is no message of ours.
document.addEventListener("htmx:before:response", (event) => {
  const { response, hx } = event.detail.ctx;
  if (response.status < 500 || hx.retarget) return;
  event.preventDefault();
  unreachable();
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.request) unreachable();
});
document.addEventListener("htmx:after:settle", enhance);

// A live region tells what is put in it, not what it came with.
const toasts = document.getElementById("toasts");
if (toasts?.firstElementChild) requestAnimationFrame(() => toasts.append(...toasts.children));
enhance();
