/* Time left, once a second: <time data-countdown="2026-11-22T10:00:00+09:00">.

   Counts by the server's clock: live.js keeps <html data-clock-offset> (ms) up to date from each
   answer, before that the page's <meta name="server-time"> counts. Elements are looked up on every
   tick, so swapped fragments need nothing. role="timer" keeps screen readers quiet. */

const root = document.documentElement;

function firstOffset() {
  const told = Date.parse(document.querySelector('meta[name="server-time"]')?.content || "");
  // a page taken from the back/forward or disk cache carries an old time: then trust the device
  const type = performance.getEntriesByType("navigation")[0]?.type;
  return told && type !== "back_forward" ? told - Date.now() : 0;
}

const initial = firstOffset();
const now = () => Date.now() + Number(root.dataset.clockOffset ?? initial);
const two = (number) => String(number).padStart(2, "0");

/* Seconds left as m:ss, h:mm:ss, or whole days beyond two days. */
function words(seconds) {
  if (seconds >= 172_800) return root.lang === "en" ? `${Math.floor(seconds / 86_400)} days` : `${Math.floor(seconds / 86_400)}日`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function show() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const end = Date.parse(element.dataset.countdown);
    if (Number.isNaN(end)) continue;
    const left = Math.max(0, Math.ceil((end - now()) / 1000));
    const done = element.dataset.countdownDone || (root.lang === "en" ? "now" : "まもなく");
    const text = left ? words(left) : done;
    if (element.textContent !== text) element.textContent = text;
    element.toggleAttribute("data-soon", left < 60);
    if (!left && element.dataset.countdownOver === undefined) {
      element.dataset.countdownOver = "";
      element.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
    }
  }
}

setInterval(show, 1000);
for (const event of ["live:swapped", "htmx:load", "visibilitychange"]) document.addEventListener(event, show);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show); else show();
