/* Volunteers' pages without a network: what is kept here, from when it is, and answers that wait.

   The service worker (/sw.js) does the keeping; this page hands it what it shows, says on a page that
   comes from the device from when it is, shows answers as «not sent yet», «sent» or refused, and lets
   a new worker take over only while nobody is typing. A telephone or an installed app keeps pages
   unless told not to, a computer only when told to: others may sit down at it. */

const root = document.documentElement;
const part = document.querySelector("[data-offline]");
const html = root.dataset.keptAt ? "" : `<!DOCTYPE html>\n${root.outerHTML}`; // before anything changes
const CHOICE = "tsunagi.keep";
const path = location.pathname;
const scope = path.startsWith("/o/") ? "/o/" : "/v/";
const clock = (time) => new Date(time).toLocaleTimeString("ja-JP", { timeZone: "Asia/Tokyo", hour: "numeric", minute: "2-digit" });
const day = (time) => new Date(time).toLocaleDateString("ja-JP", { timeZone: "Asia/Tokyo", month: "numeric", day: "numeric" });
const when = (time) => (day(time) === day(Date.now()) ? clock(time) : `${day(time)} ${clock(time)}`);
const notices = document.createElement("div");
notices.setAttribute("aria-live", "polite");
notices.className = "kept";

function chosen() {
  try { return localStorage.getItem(CHOICE) || ""; } catch { return "no"; }
}
function keeps() {
  const own = matchMedia("(pointer: coarse)").matches || matchMedia("(display-mode: standalone)").matches;
  return (chosen() || (own ? "yes" : "no")) === "yes";
}

const template = (selector) => document.querySelector(`template${selector}`)?.content.cloneNode(true);

function banner() {
  if (!root.dataset.keptAt) return;
  const shown = template("[data-kept-banner]");
  const text = shown.querySelector("span");
  text.textContent = text.textContent.replace("%s", when(Date.parse(root.dataset.keptAt)));
  notices.before(shown);
}

/* What waits or has become of answers: all of them on the first page, else those of this page. */
let unsent = 0;
function show(answers) {
  unsent = answers.filter((one) => one.state === "unsent").length;
  const mine = answers.filter((one) => one.subject === path || path === "/v/");
  notices.replaceChildren(...mine.flatMap((one) => {
    const shown = template(`[data-answer="${one.state}"]`);
    if (!shown) return [];
    shown.querySelector("[data-what]").textContent = `${part.getAttribute(`data-verb-${one.verb}`) || ""} · ${when(one.at || one.pressed)}`;
    const told = shown.querySelector("[data-told]");
    if (told) told.textContent = one.title || "";
    shown.querySelector("[data-drop]").onclick = () => say({ say: "drop", subject: one.subject });
    shown.firstElementChild.dataset.state = one.state;
    if (one.outcome && !["yours", "declined"].includes(one.outcome)) shown.firstElementChild.classList.replace("notice--ok", "notice--info");
    return [shown];
  }));
}

let worker;
function say(what) { worker?.active?.postMessage(what); }

/* What this page needs to be shown again, and what its list leads to. */
function tellPage() {
  const { nowhere, unsent, later, again, home, desk, phone } = part.dataset;
  const assets = [...document.querySelectorAll("link[rel=stylesheet], script[src], use")].map((one) => new URL(one.href?.baseVal || one.href || one.src, location.href));
  const also = path === "/v/" && part.dataset.person ? [...document.querySelectorAll("main a[href], [formaction]")].map((one) => new URL(one.formAction || one.href).pathname.replace(/(accept|decline)\/$/, "")) : [];
  say({
    say: "page", url: location.href, html, own: keeps(), person: part.dataset.person,
    words: { lang: root.lang, nowhere, unsent, later, again, home, desk, phone, styles: [...document.querySelectorAll("link[rel=stylesheet]")].map((one) => one.getAttribute("href")) },
    assets: [...new Set(assets.filter((one) => one.origin === location.origin).map((one) => one.pathname))],
    also: [...new Set(also.filter((one) => /^\/(o\/[\w-]+|v\/assignments\/\d+)\/$/.test(one)))].slice(0, 8),
  });
}

const typing = () => Boolean(document.querySelector("form[data-changed], form[data-sending]"));

/* A new worker waits while somebody types: nothing that was begun is lost. */
function update() {
  if (worker?.waiting && !typing()) worker.waiting.postMessage({ say: "go" });
}

function choice() {
  const section = document.querySelector("[data-keep-choice]");
  if (!section) return;
  section.hidden = false;
  for (const one of section.querySelectorAll("[data-keep]")) one.hidden = (one.dataset.keep === "yes") !== keeps();
  for (const button of section.querySelectorAll("[data-keep-set]")) button.onclick = () => {
    try { localStorage.setItem(CHOICE, button.dataset.keepSet); } catch { return; }
    choice();
    tellPage();
  };
}

/* The same press twice is one answer. */
let sent = 0;
function once(event) {
  if (document.querySelector('script[src*="/form"]')) return; // form.js sees to it
  if (Date.now() - sent < 10_000) event.preventDefault(); else sent = Date.now();
}

/* A sign-out empties the device, so answers that have not left are asked about; without a network
   nobody is signed out, and nothing is lost. Before any other script hears of it. */
function leave(event) {
  if (!event.target.matches("[data-sign-out]")) return;
  if (!navigator.onLine && unsent) alert(part.dataset.stay);
  const goes = navigator.onLine ? !unsent || confirm(part.dataset.leave) : !unsent;
  if (!goes) { event.preventDefault(); event.stopImmediatePropagation(); }
  else if (navigator.onLine) say({ say: "forget" });
}

async function start() {
  document.querySelector("main").prepend(notices);
  banner();
  document.addEventListener("submit", once, true);
  addEventListener("submit", leave, true);
  addEventListener("pageshow", () => { sent = 0; });
  if (!("serviceWorker" in navigator) || !part.dataset.worker) return;
  navigator.serviceWorker.addEventListener("message", (event) => { if (event.data?.answers) show(event.data.answers); });
  worker = await navigator.serviceWorker.register(part.dataset.worker, { scope, updateViaCache: "none" });
  choice();
  navigator.serviceWorker.ready.then(tellPage);
  worker.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", update));
  for (const event of ["input", "visibilitychange"]) document.addEventListener(event, update);
  update();
  addEventListener("online", () => { say({ say: "send" }); if (root.dataset.keptAt && !typing()) setTimeout(() => location.reload(), 1000); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") say({ say: "send" }); });
}

if (part) start().catch(() => {});
