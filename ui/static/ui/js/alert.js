/* Sound and a mark in the title when something happened, only for those who switched it on.

   <button data-alert-toggle aria-pressed="false">音で知らせる</button>
   <div data-live=… data-alert-types="offer.accepted request.needs_desk">: which hints count; an
   entry ending in * is a prefix, no attribute means none. The choice stays on this device. */

const KEY = "tsunagi.alert";
const title = document.title;
let unseen = 0;
let audio;

const remembered = () => { try { return localStorage.getItem(KEY) === "on"; } catch { return false; } };
const remember = (on) => { try { localStorage.setItem(KEY, on ? "on" : "off"); } catch { /* private window */ } };
let on = remembered();

function buttons() {
  for (const button of document.querySelectorAll("[data-alert-toggle]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(on));
    button.dataset.alertState = on ? "on" : "off";
  }
}

/* Browsers let a page sound only after a first press on it. */
function unlock() {
  if (!on || !window.AudioContext) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

function tone(at, frequency) {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.18, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.45);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.5);
}

function ring() {
  unlock();
  if (audio?.state !== "running") return;
  tone(audio.currentTime, 659);
  tone(audio.currentTime + 0.18, 880);
}

function counts(event) {
  const types = (event.target.closest?.("[data-alert-types]")?.dataset.alertTypes || "").split(/\s+/).filter(Boolean);
  const type = String(event.detail?.type || "");
  return types.some((one) => (one.endsWith("*") ? type.startsWith(one.slice(0, -1)) : one === type));
}

document.addEventListener("live:changed", (event) => {
  if (!on || !counts(event)) return;
  ring();
  document.documentElement.dataset.alerted = String(Number(document.documentElement.dataset.alerted || 0) + 1);
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  unseen += 1;
  document.title = `(${unseen}) ${title}`;
});

function seen() {
  if (document.visibilityState !== "visible") return;
  unseen = 0;
  document.title = title;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-alert-toggle]");
  if (button) {
    on = !on;
    remember(on);
    buttons();
    if (on) ring();
  } else unlock();
});
document.addEventListener("keydown", unlock);
document.addEventListener("visibilitychange", seen);
addEventListener("focus", seen);
addEventListener("storage", (event) => { if (event.key === KEY) { on = remembered(); buttons(); } });
for (const event of ["htmx:load", "live:swapped"]) document.addEventListener(event, buttons);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", buttons); else buttons();
