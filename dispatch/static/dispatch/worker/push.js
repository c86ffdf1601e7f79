/* What is pushed: shown, told to the server as arrived, answered without opening a page.

   A push is {title, body, tag, url, kind, lang, receipt}; a later one with the same tag replaces the
   earlier. An offer can be answered in the notification where the platform shows buttons; what came of
   it is shown in its place. "ring" stays until it is answered and is answered on the page, which
   leads to the room; "ring_stop" replaces it without a sound and goes by itself. */

const STOPPED_FOR = 4000;
const OFFERED = /^\/o\/[\w-]+\/$/;
const ASKS = /^offer(_now)?(_video)?$/;
const SAY = {
  ja: { yes: "はい", no: "いいえ", unsent: "まだ送られていません（圏外）", later: "電波が届くと、自動で送ります。", sent: "送信しました", over: "お返事の期限を過ぎたため、送りませんでした" },
  en: { yes: "Yes", no: "No", unsent: "Not sent yet (no signal)", later: "It is sent by itself as soon as there is a signal.", sent: "Sent", over: "Not sent: it was too late for an answer" },
};
const words = (lang) => SAY[lang] || SAY.ja;

function read(data) {
  try { return data.json(); } catch { return {}; }
}

/* The server learns that this device has shown it; the address is signed and needs no cookie. */
async function confirmArrival(receipt) {
  if (!receipt) return;
  const address = new URL(receipt, location.origin);
  if (address.origin !== location.origin) return;
  for (const pause of [0, 2000, 10_000]) {
    await wait(pause);
    const told = await fetch(address, { method: "POST", credentials: "omit" }).catch(() => null);
    if (told && told.status < 500) return;
  }
}

/* A page that is open and seen rings by itself. Some browsers take the consent back when a push shows
   nothing, so the notification is shown all the same, without a sound. */
async function seen() {
  const pages = await everyPage();
  return pages.some((page) => page.visibilityState === "visible" && new URL(page.url).pathname === "/v/");
}

async function show({ title, body, tag, url, kind = "", lang }) {
  if (kind === "ring_stop") return stop({ title, body, tag, url, lang });
  const ring = kind === "ring";
  const silent = ring && await seen();
  const asks = ASKS.test(kind) && OFFERED.test(url || "");
  return registration.showNotification(title || "つなぎ", {
    body, lang, tag, silent, data: { url, title, lang },
    icon: "/static/dispatch/icons/192.png",
    renotify: Boolean(tag) && !silent,
    requireInteraction: ring || asks,
    ...(asks && { actions: [{ action: "accept", title: words(lang).yes }, { action: "decline", title: words(lang).no }] }),
    ...(ring && !silent && { vibrate: [600, 300, 600, 300, 600] }),
  });
}

async function stop({ title, body, tag, url, lang }) {
  await registration.showNotification(title, { body, lang, tag, data: { url }, silent: true });
  await wait(STOPPED_FOR);
  for (const one of await registration.getNotifications({ tag })) one.close();
}

async function open(path) {
  const address = new URL(path || "/v/", location.origin);
  if (address.origin !== location.origin) return undefined;
  const pages = await everyPage();
  const there = pages.find((page) => new URL(page.url).pathname === address.pathname) || pages.find((page) => new URL(page.url).pathname === "/v/");
  return there && address.pathname.startsWith("/v/") ? there.focus() : clients.openWindow(address.href);
}

/* Yes or no, pressed in the notification. */
async function answerFrom({ tag, data }, verb) {
  const answer = await answerOf(`${data.url}${verb}/`, "", "application/x-www-form-urlencoded");
  answer.notified = { tag, lang: data.lang, about: data.title };
  await keep(answer);
  await sendAll();
  const now = await answerTo(answer.subject);
  if (now?.state === "unsent") await registration.showNotification(words(data.lang).unsent, { body: words(data.lang).later, lang: data.lang, tag, data });
}

/* What became of an answer, for whoever looks at no page of ours. */
async function sayOutcome({ notified, subject, state, title, body, url }) {
  const looking = (await everyPage()).some((page) => page.visibilityState === "visible");
  if (Notification.permission !== "granted" || (looking && !notified)) return;
  const { tag = subject, lang = "ja", about = "" } = notified || {};
  const head = title || words(lang)[state] || words(lang).sent;
  await registration.showNotification(head, { body: body || about, lang, tag, data: { url: url || subject, title: head, lang } });
}

addEventListener("push", (event) => {
  const pushed = read(event.data);
  event.waitUntil(Promise.all([show(pushed), confirmArrival(pushed.receipt).catch(() => {})]));
});
addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  notification.close();
  const answers = (action === "accept" || action === "decline") && OFFERED.test(notification.data?.url || "");
  event.waitUntil(answers ? answerFrom(notification, action) : open(notification.data?.url));
});
