/* A guest whose line fails types the own telephone number: sent without leaving the room, forgotten
   by the page at once. How the call stands is asked for every few seconds and said in the guest's
   own words. */

import { find, t } from "./texts.js";

const EVERY = 4000;
const form = find("phone-form");
const tell = (key) => { find("phone-answer", form).textContent = key ? t(key) : ""; };
let timer = null;

async function ask(options = {}) {
  try {
    const answer = await fetch(form.action, { ...options, headers: { Accept: "application/json", "X-Requested-With": "fetch" }, cache: "no-store", credentials: "same-origin" });
    return await answer.json();
  } catch { return { text: "network", problem: "network" }; }
}

async function look() {
  const { text, state } = await ask();
  if (text) tell(text);
  if (["joined", "left"].includes(state)) { clearInterval(timer); timer = null; }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new FormData(form);
  tell("");
  const { text, problem } = await ask({ method: "POST", body });
  tell(problem || text || "waiting_title");
  if (problem) return;
  form.reset();
  form.closest("[data-telephone]").dataset.calling = "yes"; // stays on the screen though the line is back
  timer ??= setInterval(look, EVERY);
});
