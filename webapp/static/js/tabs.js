// Tabs: a list of links to the sections of a form becomes a tablist; all sections stay in the form.
const panelOf = (tab) => document.getElementById(tab.hash.slice(1));

const select = (tabs, tab, focus = false) => {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", chosen);
    each.tabIndex = chosen ? 0 : -1;
    panelOf(each).hidden = !chosen;
  }
  if (focus) tab.focus();
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
};

const enhanceOne = (bar) => {
  const tabs = [...bar.querySelectorAll("a")].filter(panelOf);
  if (!tabs.length) return;
  bar.setAttribute("role", "tablist");
  for (const tab of tabs) {
    const panel = panelOf(tab);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
  }
  select(tabs, tabs.find((tab) => "active" in tab.dataset) ?? tabs[0]);
  // The field that has the focus has moved, now that other sections are hidden.
  if (document.activeElement?.closest("[role=tabpanel]")) document.activeElement.scrollIntoView({ block: "center" });

  bar.addEventListener("click", (event) => {
    const tab = event.target.closest("a");
    if (!tabs.includes(tab)) return;
    event.preventDefault();
    select(tabs, tab);
  });
  bar.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1, " ": at }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    select(tabs, tabs.at(next % tabs.length), true);
  });
};

const enhance = (scope) => {
  for (const bar of scope.querySelectorAll("[data-tabs]:not([role])")) enhanceOne(bar);
};

// A link to a field, as in a summary of errors, opens the section that holds it and puts the cursor there.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  const field = link && !link.matches("[role=tab], .skip") && document.getElementById(link.hash.slice(1));
  if (!field?.form) return;
  event.preventDefault();
  const panel = field.closest("[role=tabpanel]");
  if (panel?.hidden) document.getElementById(panel.getAttribute("aria-labelledby"))?.click();
  field.focus();
});

enhance(document);
document.addEventListener("htmx:after:settle", () => enhance(document));
