// The tab « Portail Clients »: what has no effect is greyed and cannot be reached, and the remaining profiles are counted.
const update = (tab) => {
  const { portal_resource_profiles: some, portal_all_resource_profiles: all, portal_max_resources: most } =
    tab.closest("form")?.elements ?? {};
  if (!some) return;
  tab.querySelector("[data-grey=profiles]").inert = !some.checked;
  tab.querySelector("[data-grey=list]").inert = !some.checked || all.checked;
  const remaining = tab.querySelector("#portal-remaining");
  const maximum = most.value.trim();
  remaining.value = /^\d+$/.test(maximum) ? maximum - remaining.dataset.count : remaining.dataset.unlimited;
};

const updateAll = () => document.querySelectorAll("#portal").forEach(update);
document.addEventListener("input", (event) => {
  const tab = event.target.closest?.("#portal");
  if (tab) update(tab);
});
document.addEventListener("htmx:after:settle", updateAll);
updateAll();
