// The tree by keyboard (WAI-ARIA): one tab stop, arrows, Home, End, letters; branches filled when first opened.
const COOKIE = "tree";
const REMEMBERED = 40;
const ITEM = "[role=treeitem]";

const keyOf = (item) => item.id.replace("node-", "");
const treeOf = (item) => item.closest("[role=tree]");
const groupOf = (item) => item.querySelector(":scope > [role=group]");
const rowOf = (item) => item.querySelector(":scope > .row");
const parentOf = (item) => item.parentElement.closest(ITEM);
const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
const isBranch = (item) => item.hasAttribute("aria-expanded");
const visible = (tree) => [...tree.querySelectorAll(ITEM)].filter((item) => item.checkVisibility());
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLocaleLowerCase();
const nameOf = (item) => fold(item.querySelector(".lab").textContent);

const stopAt = (item, focus = false) => {
  for (const other of treeOf(item).querySelectorAll(`${ITEM}[tabindex="0"]`)) other.tabIndex = -1;
  item.tabIndex = 0;
  if (focus) {
    item.focus({ preventScroll: true });
    rowOf(item).scrollIntoView({ block: "nearest" });
  }
};

const remembered = () => document.cookie.match(`(?:^|; )${COOKIE}=([^;]*)`)?.[1].split(".").filter(Boolean) ?? [];

// The server prints these open on the next whole page. Those of other trees stay as they were.
const remember = (tree) => {
  const items = [...tree.querySelectorAll(`${ITEM}[aria-expanded]`)];
  const shown = new Set(items.map(keyOf));
  const opened = new Set(items.filter(isOpen).map(keyOf));
  const before = remembered().filter((key) => !shown.has(key) || opened.has(key));
  const keys = [...new Set([...before, ...opened])].slice(-REMEMBERED);
  document.cookie = `${COOKIE}=${keys.join(".")}; path=/; max-age=31536000; samesite=lax`;
};

// The server prints of what stands below a company its address alone.
const makeGroup = (item) => {
  const group = document.createElement("ul");
  rowOf(item).id = `${item.id}-row`;
  item.setAttribute("aria-labelledby", rowOf(item).id);
  for (const [name, value] of Object.entries({
    role: "group",
    "aria-labelledby": rowOf(item).id,
    "hx-get": item.dataset.below,
    "hx-trigger": "tree:open",
    "hx-sync": "this:drop",
  })) group.setAttribute(name, value);
  item.append(group);
  htmx.process(group);
  return group;
};

const open = (item) => {
  if (!isBranch(item) || isOpen(item)) return;
  item.setAttribute("aria-expanded", "true");
  const group = groupOf(item) ?? makeGroup(item);
  if (group.hasAttribute("hx-get") && !group.children.length) {
    item.setAttribute("aria-busy", "true");
    group.dispatchEvent(new CustomEvent("tree:open"));
  }
  remember(treeOf(item));
};

const close = (item) => {
  if (!isBranch(item) || !isOpen(item)) return;
  item.setAttribute("aria-expanded", "false");
  if (item.contains(document.activeElement)) stopAt(item, true);
  remember(treeOf(item));
};

const toggle = (item) => (isOpen(item) ? close(item) : open(item));

let typed = "";
let forget;
const search = (items, at, letter) => {
  clearTimeout(forget);
  forget = setTimeout(() => (typed = ""), 700);
  typed += fold(letter);
  // The same letter again goes on to the next; more letters narrow from here.
  const same = [...typed].every((each) => each === typed[0]);
  const wanted = same ? typed[0] : typed;
  const start = same ? at + 1 : at;
  return [...items.slice(start), ...items.slice(0, start)].find((item) => nameOf(item).startsWith(wanted));
};

const keys = {
  ArrowDown: (items, at) => items[at + 1],
  ArrowUp: (items, at) => items[at - 1],
  Home: (items) => items[0],
  End: (items) => items.at(-1),
  ArrowRight(items, at) {
    const item = items[at];
    if (!isBranch(item)) return undefined;
    if (isOpen(item)) return groupOf(item).querySelector(ITEM) ?? undefined;
    open(item);
    return undefined;
  },
  ArrowLeft(items, at) {
    const item = items[at];
    if (!isOpen(item)) return parentOf(item) ?? undefined;
    close(item);
    return undefined;
  },
  "*"(items, at) {
    for (const sibling of items[at].parentElement.children) if (sibling.matches(ITEM)) open(sibling);
  },
  Enter(items, at) {
    rowOf(items[at]).click();
  },
};

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.(ITEM);
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = visible(treeOf(item));
  const at = items.indexOf(item);
  let next;
  if (keys[event.key]) next = keys[event.key](items, at);
  else if (event.key === " ") toggle(item);
  else if (event.key.length === 1) next = search(items, at, event.key);
  else return;
  event.preventDefault();
  if (next) stopAt(next, true);
});

// What the filter shows follows what is saved; without anything typed it shows nothing.
for (const changed of ["companyChanged", "contactChanged"]) {
  document.addEventListener(changed, () => {
    const filter = document.getElementById("filter-q");
    if (filter?.value.trim()) filter.dispatchEvent(new CustomEvent("filter:again"));
  });
}

// From the filter down into what it found, or into the tree when nothing is typed.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "filter-q" || event.key !== "ArrowDown") return;
  const tree = document.getElementById("found") ?? document.querySelector("#sidebar > .scroll [role=tree]");
  const item = tree?.querySelector(`${ITEM}[tabindex="0"]`) ?? tree?.querySelector(ITEM);
  if (!item) return;
  event.preventDefault();
  stopAt(item, true);
});

// Before htmx sees the click: the arrow only opens, and so does the whole row of a branch.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.(".tree .row");
  const item = row?.parentElement;
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  stopAt(item, event.isTrusted);
  if (item.dataset.kind !== "branch" && !(isBranch(item) && event.target.closest(".tw"))) return;
  event.preventDefault();
  event.stopPropagation();
  toggle(item);
}, true);

// A name that is cut short is shown whole where one points.
document.addEventListener("mouseover", (event) => {
  const label = event.target.closest?.(".tree .lab");
  if (label && label.scrollWidth > label.clientWidth) label.title = label.textContent;
});

// The record on screen is the selected one. When it isn't in the tree, the tree comes again, unfolded down to it.
const follow = () => {
  let found = false;
  for (const row of document.querySelectorAll(".tree [aria-selected] > .row")) {
    const here = row.pathname === location.pathname;
    found ||= here;
    row.parentElement.setAttribute("aria-selected", here);
    if (here) row.setAttribute("aria-current", "page");
    else row.removeAttribute("aria-current");
  }
  if (!found && /\/\d+$/.test(location.pathname)) {
    document.getElementById("sidebar")?.dispatchEvent(new CustomEvent("tree:refresh"));
  }
  reveal();
};

// The record on screen stands in the middle of the tree when it would be out of sight.
const reveal = () => {
  const row = document.querySelector("#sidebar > .scroll [aria-selected=true] > .row");
  if (!row) return;
  const box = row.closest(".scroll");
  const { top, bottom } = row.getBoundingClientRect();
  const frame = box.getBoundingClientRect();
  if (top < frame.top || bottom > frame.bottom) box.scrollTop += top - frame.top - frame.height / 2;
};

const enhance = () => {
  for (const tree of document.querySelectorAll("[role=tree]")) {
    for (const row of tree.querySelectorAll(".row:not([tabindex])")) row.tabIndex = -1;
    if (tree.querySelector(`${ITEM}[tabindex="0"]`)) continue;
    const first = tree.querySelector(`${ITEM}[aria-selected="true"]`) ?? tree.querySelector(ITEM);
    if (first) stopAt(tree.contains(document.activeElement) ? document.activeElement.closest(ITEM) ?? first : first);
  }
};

let leaving;
// "More" is replaced by what it stood for: the focus goes on to the first of them.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const item = ctx.sourceElement?.closest?.(ITEM);
  leaving = item && document.activeElement === item ? { tree: treeOf(item), before: item.previousElementSibling, group: item.parentElement } : undefined;
});
document.addEventListener("htmx:after:settle", (event) => {
  // The filter was emptied: the tree is there again, and may not hold the record on screen.
  if (event.target.id === "sidebar") reveal();
  if (event.target.id === "filter-found" && !event.target.childElementCount) follow();
  const group = event.target.closest?.("[role=group]");
  if (group) parentOf(group.firstElementChild ?? group)?.removeAttribute("aria-busy");
  enhance();
  if (leaving && !leaving.tree.contains(document.activeElement)) {
    let next = leaving.before ? leaving.before.nextElementSibling : leaving.group.firstElementChild;
    // A letter went with all that stood around it.
    if (!leaving.tree.contains(next)) next = group?.querySelector(":scope > [data-kind=company]");
    if (next?.matches(ITEM)) stopAt(next, true);
  }
  leaving = undefined;
});
// A branch that could not be filled closes again, so that opening it asks again.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const group = ctx.sourceElement;
  if (!group?.matches?.(".tree [role=group]")) return;
  const item = parentOf(group);
  item.removeAttribute("aria-busy");
  if (!group.children.length) item.setAttribute("aria-expanded", "false");
});
document.addEventListener("htmx:after:history:update", follow);
enhance();
reveal();
