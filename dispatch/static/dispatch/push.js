/* Notifications for volunteers: asks the browser only when the person presses the button.

   <section data-push="/v/push/" data-push-key=…> holds one [data-push-state] part for each of ask,
   on, denied, install; the fitting one is shown. The server hears of the subscription again at
   every visit, because push services renew addresses without telling. */

const section = document.querySelector("[data-push]");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

async function tell(what, fields = {}) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: token(), ...fields });
  const answer = await fetch(`${section.dataset.push}${what}/`, { method: "POST", body, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function show(state) {
  section.hidden = !state;
  for (const part of section.querySelectorAll("[data-push-state]")) part.hidden = part.dataset.pushState !== state;
}

function keys(subscription) {
  const { endpoint, keys: { p256dh, auth } } = subscription.toJSON();
  return { endpoint, p256dh, auth };
}

async function ask(worker) {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return show(permission === "denied" ? "denied" : "ask");
  const applicationServerKey = bytes(section.dataset.pushKey);
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await tell("subscribe", keys(subscription));
  return show("on");
}

async function leave(worker) {
  const subscription = await worker.pushManager.getSubscription();
  if (subscription) {
    await tell("unsubscribe", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }
  show("ask");
}

async function start() {
  const apple = /iPhone|iPad/.test(navigator.userAgent) && !matchMedia("(display-mode: standalone)").matches;
  if (!("serviceWorker" in navigator)) return show("");
  const worker = await navigator.serviceWorker.register("/sw.js", { scope: "/v/", updateViaCache: "none" });
  if (!("PushManager" in window) || !("Notification" in window)) return show(apple ? "install" : "");
  const failed = () => show("failed");
  section.querySelector("[data-push-ask]").onclick = () => ask(worker).catch(failed);
  section.querySelector("[data-push-again]").onclick = () => ask(worker).catch(failed);
  section.querySelector("[data-push-leave]").onclick = () => leave(worker).catch(failed);
  section.querySelector("[data-push-try]").onclick = () => tell("try").catch(failed);
  const subscription = await worker.pushManager.getSubscription();
  if (Notification.permission === "denied") return show("denied");
  if (!subscription || Notification.permission !== "granted") return show("ask");
  await tell("subscribe", keys(subscription));
  return show("on");
}

/* Putting the page on the first screen: by a button where the browser offers one, else in its words. */
function installing() {
  const card = document.querySelector("[data-install]");
  const standalone = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  if (!card || standalone) return;
  const hint = (name) => {
    card.hidden = false;
    for (const one of card.querySelectorAll("[data-install-by]")) one.hidden = one.dataset.installBy !== name;
  };
  const { userAgent } = navigator;
  if (/iPhone|iPad/.test(userAgent) && "share" in navigator) hint("share");
  else if (/Android.*Firefox|Android.*SamsungBrowser/.test(userAgent)) hint("menu");
  let offered;
  addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); offered = event; hint("button"); });
  addEventListener("appinstalled", () => { card.hidden = true; });
  card.querySelector("[data-install-now]").onclick = () => offered?.prompt();
}

installing();
if (section) start().catch(() => show(""));
