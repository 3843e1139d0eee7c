// Drafts: what is typed is kept on the server a moment after typing stops, and when the page is left before that.
const PAUSE = 2000;
// How long a server that does not answer is left alone before it is asked again.
const PATIENCE = 5000;
// What is said of an answer: kept, or nothing when the form was emptied again.
const OUTCOMES = { 200: "", 204: "kept" };
const waiting = new Map();

const post = (url, values, form, more = {}) =>
  fetch(url, {
    method: "POST",
    body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value, path: form.dataset.draft, ...values }),
    // A fragment is enough of an answer, and a session that has ended is no page to follow.
    headers: { "HX-Request": "true" },
    ...more,
  });

const content = (form) => {
  const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const secret = new Set([...form.querySelectorAll("input[type=password]")].map((input) => input.name));
  return new URLSearchParams(typed.filter(([name]) => name !== "csrf_token" && !secret.has(name))).toString();
};

const say = (form, what) => {
  const status = form.querySelector(".draft-status");
  if (status) status.textContent = what ? status.dataset[what] : "";
};

const keep = async (form, more) => {
  stop(form);
  if (form.getAttribute("aria-busy") === "true") return;
  const request = new AbortController();
  waiting.set(form, { request });
  try {
    const answer = await post("/drafts", { content: content(form) }, form, { signal: request.signal, ...more });
    say(form, OUTCOMES[answer.status] ?? "failed");
    if (answer.status >= 500) keepLater(form, PATIENCE);
  } catch (error) {
    if (error.name === "AbortError") return;
    say(form, "failed");
    keepLater(form, PATIENCE);
  }
};

const keepLater = (form, delay) => {
  stop(form);
  if (form.isConnected) waiting.set(form, { timer: setTimeout(() => keep(form), delay) });
};

const stop = (form) => {
  const { timer, request } = waiting.get(form) ?? {};
  clearTimeout(timer);
  request?.abort();
  waiting.delete(form);
};

const typed = (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (!form) return;
  say(form, "");
  keepLater(form, PAUSE);
};
document.addEventListener("input", typed);
document.addEventListener("change", typed);

// What is being saved is no draft any more, nor what is being thrown away.
document.addEventListener(
  "submit",
  ({ target }) => {
    for (const form of waiting.keys())
      if (form === target || form.dataset.draft === target.elements.path?.value) stop(form);
  },
  true,
);
// Unless nobody answered.
document.addEventListener("htmx:error", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && event.detail.ctx?.request) keepLater(form, PATIENCE);
});

// Left by closing the tab or going elsewhere: what was typed last goes with it.
addEventListener("pagehide", () => {
  for (const [form, { timer }] of waiting) if (timer && form.isConnected) keep(form, { keepalive: true });
});

document.addEventListener("abandoned", (event) => {
  const form = event.target;
  if (!form.matches("form[data-draft]")) return;
  stop(form);
  post("/drafts/discard", {}, form).catch(() => {});
});
