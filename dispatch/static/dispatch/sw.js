/* The service worker of volunteers' pages: shows what is pushed, opens it, takes it away again.

   A push is {title, body, tag, url, kind, lang}; a later one with the same tag replaces the earlier.
   "ring" stays until it is answered; "ring_stop" replaces it without a sound and goes by itself.
   No page and no data is kept here. */

const STOPPED_FOR = 4000;
const own = { type: "window", includeUncontrolled: true };

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

function read(data) {
  try { return data.json(); } catch { return {}; }
}

/* A page that is open and seen rings by itself. Some browsers take the consent back when a push shows
   nothing, so the notification is shown all the same, without a sound. */
async function seen() {
  const pages = await clients.matchAll(own);
  return pages.some((page) => page.visibilityState === "visible" && new URL(page.url).pathname === "/v/");
}

async function show({ title, body, tag, url, kind, lang }) {
  if (kind === "ring_stop") return stop({ title, body, tag, url, lang });
  const ring = kind === "ring";
  const silent = ring && await seen();
  return registration.showNotification(title || "つなぎ", {
    body, lang, tag, silent, data: { url },
    renotify: Boolean(tag) && !silent,
    requireInteraction: ring,
    ...(ring && !silent && { vibrate: [600, 300, 600, 300, 600] }),
  });
}

async function stop({ title, body, tag, url, lang }) {
  await registration.showNotification(title, { body, lang, tag, data: { url }, silent: true });
  await new Promise((done) => setTimeout(done, STOPPED_FOR));
  for (const one of await registration.getNotifications({ tag })) one.close();
}

async function open(path) {
  const address = new URL(path || "/v/", location.origin);
  if (address.origin !== location.origin) return undefined;
  const pages = await clients.matchAll(own);
  const home = pages.find((page) => new URL(page.url).pathname === "/v/");
  return home ? home.focus() : clients.openWindow(address.href);
}

addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url));
});
