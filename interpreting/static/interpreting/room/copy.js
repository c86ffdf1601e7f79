/* Copies a link to the clipboard and says so: [data-copy] holds the text. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try { await navigator.clipboard.writeText(button.dataset.copy); button.textContent = button.dataset.copied; } catch { /* the link stands beside the button */ }
});
