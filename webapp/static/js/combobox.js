// Lookups: a list fetched while one types, walked by keyboard, its choice kept as an id beside the text.
let Combobox;
const loading = () => Combobox ?? import(new URL("./vendor/combobox-nav-3.0.2.js", import.meta.url)).then((m) => (Combobox = m.default));
const boxes = new WeakMap();
// Between the last letter and the question, in milliseconds.
const DELAY = 130;

// Beside the tree the record is fetched into the page; elsewhere its page brings the tree with it.
const follow = (href) => {
  if (document.getElementById("side")) htmx.ajax("GET", href, { target: "#main", push: "true" });
  else location.assign(href);
};

class Lookup {
  constructor(root) {
    this.root = root;
    // A search whose answers lead to pages, instead of filling a field.
    this.leads = root.dataset.combo === "links";
    this.input = root.querySelector("[role=combobox]");
    this.value = root.querySelector("input[type=hidden]");
    this.list = root.querySelector("[role=listbox]");
    this.pop = root.querySelector(".pop");
    this.status = root.querySelector("[role=status]");
    this.open = false;
    this.input.addEventListener("focus", () => this.prepare());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("click", () => this.ask());
    this.list.addEventListener("combobox-commit", (event) => this.choose(event.target));
    // A click in the list must not take the focus away from the input.
    this.pop.addEventListener("mousedown", (event) => event.preventDefault());
  }

  // What walks the list is fetched for the first lookup one enters: it may not be there for the first key, but for the
  // first answer it is.
  prepare() {
    this.ready ??= Promise.resolve(loading()).then((nav) => {
      this.nav = new nav(this.input, this.list, { tabInsertsSuggestions: false, firstOptionSelectionMode: "none" });
    });
    return this.ready;
  }

  typed() {
    this.value.value = "";
    this.forgetCandidates();
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.fetch(), DELAY);
  }

  forgetCandidates() {
    const next = this.root.nextElementSibling;
    if (next?.matches(".candidates")) next.remove();
  }

  ask() {
    if (this.leads && !this.input.value.trim()) return;
    if (!this.open) this.fetch();
  }

  // Only while it is on the page: a form may have been saved between the last letter and now.
  fetch() {
    clearTimeout(this.soon);
    if (this.input.isConnected) this.input.dispatchEvent(new CustomEvent("combo:ask"));
  }

  key(event) {
    if (event.key === "Escape" && this.open) {
      // Closes the list, not the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && this.leads && !this.input.hasAttribute("aria-activedescendant")) {
      // What was typed is a search of its own: the form goes.
      this.close();
    } else if (event.key === "Enter" && this.open && !this.input.hasAttribute("aria-activedescendant")) {
      // The only answer needs no arrow; and Enter in a list is no submission.
      event.preventDefault();
      const options = this.list.querySelectorAll("[role=option]");
      if (options.length === 1) this.choose(options[0]);
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !this.open) {
      event.preventDefault();
      this.ask();
    }
  }

  async filled() {
    await this.prepare();
    if (document.activeElement !== this.input) return;
    const said = this.list.querySelector("[data-status]");
    const options = this.list.querySelectorAll("[role=option]");
    // Ids of our own: those the library lends are lost on the way up, and screen readers then say nothing.
    options.forEach((option, index) => (option.id = `${this.list.id}-${index}`));
    this.pop.hidden = false;
    this.status.textContent = said?.textContent ?? (options.length ? "" : this.status.dataset.none);
    said?.remove();
    this.list.scrollTop = 0;
    if (!this.open) {
      this.open = true;
      this.nav.start();
    }
    this.nav.clearSelection();
  }

  choose(option) {
    if (this.leads) {
      this.close();
      follow(option.dataset.href);
      return;
    }
    this.value.value = option.dataset.value;
    this.input.value = option.dataset.text;
    this.forgetCandidates();
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  close() {
    if (!this.open) return;
    this.open = false;
    this.nav.stop();
    this.pop.hidden = true;
    this.list.replaceChildren();
  }
}

const enhance = (scope) => {
  for (const root of scope.querySelectorAll("[data-combo]")) {
    if (!boxes.has(root)) boxes.set(root, new Lookup(root));
  }
};

enhance(document);
document.addEventListener("htmx:after:settle", (event) => {
  const root = event.target.closest?.("[data-combo]");
  if (root && event.target.matches("[role=listbox]")) boxes.get(root)?.filled();
  else enhance(event.target.parentNode ?? document);
});

// The address knows the text as `q`, whatever the field is called.
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (!sourceElement.matches?.("[role=combobox]")) return;
  request.body.delete(sourceElement.name);
  // Opening a list that already has its choice shows what else there is.
  const chosen = boxes.get(sourceElement.closest("[data-combo]"))?.value.value;
  request.body.set("q", chosen ? "" : sourceElement.value);
});

// What depends on another field is chosen again when that one changes; the text stays, to be matched anew.
document.addEventListener("change", (event) => {
  for (const input of event.target.form?.querySelectorAll("[data-depends]") ?? []) {
    if (!input.dataset.depends.split(" ").includes(event.target.name)) continue;
    input.closest("[data-combo]").querySelector("input[type=hidden]").value = "";
  }
});

// Ctrl+K goes to the search of everything, from wherever one is but a dialog.
document.addEventListener("keydown", (event) => {
  const find = document.getElementById("find");
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (!find || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  find.focus();
  find.select();
});
