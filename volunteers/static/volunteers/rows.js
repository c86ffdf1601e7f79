/* Rows of a Django formset: add a blank one, take one away. Without this module the page offers
   blank rows and a tick box for removal.

   [data-rows=P] the list of prefix P · template[data-rows-blank=P] · [data-rows-add=P] the button
   [data-row] one row with its DELETE tick box, which becomes a button */

function total(prefix) {
  return document.getElementById(`id_${prefix}-TOTAL_FORMS`);
}

function equip(row) {
  const box = row.querySelector("input[type=checkbox][name$='-DELETE']");
  if (!box || row.dataset.equipped !== undefined) return;
  row.dataset.equipped = "";
  const holder = box.closest(".entry-row__remove");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet", textContent: "削除" });
  button.setAttribute("aria-label", `${row.querySelector("legend")?.textContent.trim() || ""}を削除`);
  button.addEventListener("click", () => {
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    const next = row.nextElementSibling || row.previousElementSibling;
    row.hidden = true;
    next?.querySelector("input:not([type=hidden]), select")?.focus();
  });
  for (const child of holder.children) child.hidden = true;
  holder.append(button);
  if (box.checked) row.hidden = true;
}

function blank(row) {
  const typed = [...row.querySelectorAll("input:not([type=hidden]):not([type=checkbox])")].some((input) => input.value);
  return !typed && !row.querySelector("input:checked") && !row.querySelector("[aria-invalid=true], .field__error");
}

/* The blank rows that are there for readers without JavaScript wait until they are asked for. */
function tidy(list) {
  const rows = [...list.querySelectorAll("[data-row]")];
  rows.filter(blank).slice(rows.every(blank) ? 1 : 0).forEach((row) => { row.hidden = true; row.dataset.waiting = ""; });
}

function show(row) {
  row.hidden = false;
  delete row.dataset.waiting;
  row.querySelector("input:not([type=hidden])")?.focus();
}

function add(prefix) {
  const waiting = document.querySelector(`[data-rows="${prefix}"] [data-waiting]`);
  if (waiting) return show(waiting);
  const count = total(prefix);
  const pattern = document.querySelector(`template[data-rows-blank="${prefix}"]`);
  const copy = document.createElement("div");
  copy.innerHTML = pattern.innerHTML.replaceAll("__prefix__", count.value);
  const row = copy.firstElementChild;
  document.querySelector(`[data-rows="${prefix}"]`).append(row);
  count.value = Number(count.value) + 1;
  equip(row);
  document.dispatchEvent(new Event("live:swapped")); // lets the combobox find its new input
  show(row);
}

for (const row of document.querySelectorAll("[data-rows] [data-row]")) equip(row);
document.querySelectorAll("[data-rows]").forEach(tidy);
for (const button of document.querySelectorAll("[data-rows-add]")) {
  button.hidden = false;
  button.addEventListener("click", () => add(button.dataset.rowsAdd));
}
