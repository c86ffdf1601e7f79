/* Pages that can be read without a network: the person's own ones, and offers that were opened.

   A page hands over what it shows ({say: "page"}); it is served again only when the network fails or
   is too slow, with <html data-kept-at="…">, so that the page says from when it is. Kept for DAYS,
   and never for somebody else: another person's page, a sign-out or a device that is to keep
   nothing ({own: false}) empties everything. Other requests are left alone. */

const DAYS = 7;
const MOST_ASSETS = 60;
const SLOW = 8000;
const AGAIN_AFTER = 600_000;
const OWN = /^\/(v|o\/[\w-]+)\//;
const HASHED = /\.[0-9a-f]{8,}\.\w+$/;
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

async function keepPage(path, html) {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY, "X-Kept-At": new Date().toISOString() };
  await (await caches.open(PAGES)).put(path, new Response(html, { headers }));
}

async function keptAt(path) {
  const kept = await (await caches.open(PAGES)).match(path);
  return kept ? Date.parse(kept.headers.get("X-Kept-At")) : 0;
}

async function sweep() {
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    if (Date.now() - await keptAt(request) > DAYS * 86_400_000) await pages.delete(request);
  }
  const assets = await caches.open(ASSETS);
  for (const request of (await assets.keys()).slice(0, -MOST_ASSETS)) await assets.delete(request);
}

async function forget() {
  await caches.delete(PAGES);
  for (const one of await answers()) await dropAnswer(one.subject);
  await note("person", "");
}

/* What a page says when it has been shown: {url, html, person, own, words, assets, also}. */
async function heard(page) {
  const path = new URL(page.url).pathname;
  await note("words", page.words);
  const before = await recall("person");
  if (before && page.person && before !== page.person) await forget();
  if (page.person) await note("person", page.person);
  if (!page.own) return caches.delete(PAGES);
  if (!page.person && path.startsWith("/v/")) return caches.delete(PAGES); // signed out, here or from afar
  if (page.html) await keepPage(path, page.html);
  await sweep();
  const assets = await caches.open(ASSETS);
  for (const one of page.assets) if (!await assets.match(one)) await assets.add(new Request(one, { cache: "force-cache", signal: patient() })).catch(() => {});
  for (const one of page.also) await fetchAlso(one).catch(() => {});
  return undefined;
}

/* A page that the first page lists. "Purpose: prefetch" tells the server that nobody has seen it. */
async function fetchAlso(path) {
  if (Date.now() - await keptAt(path) < AGAIN_AFTER) return;
  const answer = await fetch(path, { headers: { Purpose: "prefetch" }, credentials: "same-origin", signal: patient() });
  if (answer.ok && !answer.redirected) await keepPage(path, await answer.text());
}

async function kept(path) {
  const found = await (await caches.open(PAGES)).match(path);
  if (!found || Date.now() - await keptAt(path) > DAYS * 86_400_000) return undefined;
  const html = (await found.text()).replace("<html ", `<html data-kept-at="${found.headers.get("X-Kept-At")}" `);
  return new Response(html, { headers: found.headers });
}

function escaped(text) {
  return String(text || "").replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/* Nothing is kept of this page: say so, whether an answer waits, and whom to telephone. */
async function nothingKept(path) {
  const words = await recall("words").catch(() => null) || {};
  const waiting = subjectOf(path) && await answerTo(subjectOf(path)).catch(() => null);
  const link = (to, text) => `<p><a class="button button--wide" href="${escaped(to)}">${escaped(text)}</a></p>`;
  const html = [
    `<!DOCTYPE html><html lang="${escaped(words.lang || "ja")}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escaped(words.nowhere || "通信できません")}</title>`,
    ...(words.styles || []).map((one) => `<link rel="stylesheet" href="${escaped(one)}">`),
    `<div class="phone"><main class="phone__main stack"><h1>${escaped(words.nowhere || "通信できません")}</h1>`,
    waiting?.state === "unsent" ? `<p class="notice notice--warn"><span><strong>${escaped(words.unsent)}</strong><br>${escaped(words.later)}</span></p>` : "",
    link(path, words.again || "もう一度ためす"), link("/v/", words.home || "わたしのページ"),
    words.phone ? link(`tel:${words.phone}`, `${words.desk} ${words.phone}`) : "",
    "</main></div></html>",
  ].join("\n");
  return new Response(html, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY } });
}

async function showPage(event, path) {
  const asked = fetch(event.request);
  try {
    return await (await keptAt(path) ? within(SLOW, asked) : asked);
  } catch {
    return await kept(path) || nothingKept(path);
  }
}

async function showAsset({ request }) {
  const assets = await caches.open(ASSETS);
  const known = await assets.match(request);
  if (known && HASHED.test(new URL(request.url).pathname)) return known;
  try {
    const answer = await (known ? within(SLOW, fetch(request)) : fetch(request));
    if (answer.ok) await assets.put(request, answer.clone());
    return answer;
  } catch (error) {
    if (known) return known;
    throw error;
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && OWN.test(pathname)) {
    if (request.method === "GET") event.respondWith(showPage(event, pathname));
    else if (request.method === "POST" && verbOf(pathname)) event.respondWith(takeAnswer(event, pathname));
  } else if (request.method === "GET" && pathname.startsWith("/static/")) event.respondWith(showAsset(event));
});
