// Copying what stands in an input; where the browser refuses (a page without TLS), it is selected and copied the old way.
const copy = async (input) => {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const label = button.querySelector("[aria-live]");
  if (await copy(document.getElementById(button.dataset.copy))) label.textContent = button.dataset.done;
});
