/* Answers that were pressed without a network: kept, and sent as soon as there is one.

   {subject, path, verb, body, type, key, pressed, until, person, state}; state: unsent, sent,
   refused (the server said no), over (its time had passed, so it was not sent). One per page: a
   later press replaces an earlier one. The server learns how long ago the button was pressed
   (X-Answer-Age, seconds) and acts once for each Idempotency-Key; what it says is shown as it is. */

const TAKEN_AFTER = 15_000;
const SHOWN_FOR = 86_400_000;
const OFFER = /^(\/o\/[\w-]+\/)(accept|decline)\/$/;
const JOB = /^(\/v\/assignments\/\d+\/)(confirm|start|on-the-way|arrived|finish)\/$/;
const parts = (path) => OFFER.exec(path) || JOB.exec(path);
const verbOf = (path) => parts(path)?.[2];
const subjectOf = (path) => parts(path)?.[1] || (/^\/(o\/[\w-]+|v\/assignments\/\d+)\/$/.test(path) ? path : "");

/* Until when the answer is of use, as the page kept of it says. */
async function untilOf(subject) {
  const page = await (await caches.open(PAGES)).match(subject);
  return page ? / data-until="([^"]+)"/.exec(await page.text())?.[1] || "" : "";
}

async function answerOf(path, body, type) {
  const [, subject, verb] = parts(path);
  const person = subject.startsWith("/v/") ? await recall("person") || "" : "";
  return { subject, path, verb, body, type, person, key: crypto.randomUUID(), pressed: Date.now(), until: await untilOf(subject), state: "unsent" };
}

function post(answer, more) {
  const headers = { "Content-Type": answer.type, "Idempotency-Key": answer.key, ...more.headers };
  return fetch(answer.path, { method: "POST", body: answer.body, credentials: "same-origin", ...more, headers });
}

async function keep(answer) {
  await keepAnswer(answer);
  await tellPages();
  await registration.sync?.register("answers").catch(() => {});
}

/* The form of a page was sent: on to the server, or kept. */
async function takeAnswer(event, path) {
  const type = event.request.headers.get("Content-Type") || "application/x-www-form-urlencoded";
  const answer = await answerOf(path, await event.request.text(), type);
  try {
    const told = await within(TAKEN_AFTER, post(answer, { redirect: "manual" }));
    if (told.status >= 502 && told.status <= 504) throw new Error("away");
    await dropAnswer(answer.subject).catch(() => {});
    return told;
  } catch {
    await keep(answer);
    return Response.redirect(answer.subject, 303);
  }
}

async function sendOne(answer) {
  if (answer.until && Date.now() > Date.parse(answer.until)) return settle(answer, { state: "over" });
  if (answer.person && answer.person !== await recall("person")) return false;
  const headers = { Accept: "application/json, text/html;q=0.5", "X-Answer-Age": String(Math.round((Date.now() - answer.pressed) / 1000)) };
  let told;
  try { told = await within(TAKEN_AFTER, post(answer, { headers })); } catch { return false; }
  if (told.status >= 500 || told.status === 429) return false;
  const json = told.headers.get("Content-Type")?.startsWith("application/json");
  if (json) return settle(answer, { state: told.ok ? "sent" : "refused", ...await told.json() });
  if (new URL(told.url).pathname.startsWith("/v/sign-in/")) return false; // waits for the sign-in
  if (told.status === 403 && !answer.renewed) return sendOne(await withFreshToken(answer));
  return settle(answer, { state: told.ok ? "sent" : "refused", ...noticeIn(await told.text()) });
}

/* A sign-in in between has changed what protects the form. */
async function withFreshToken(answer) {
  const page = await (await fetch(answer.subject, { credentials: "same-origin", signal: patient() })).text();
  const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(page)?.[1] || "";
  const body = new URLSearchParams(answer.body);
  body.set("csrfmiddlewaretoken", token);
  return { ...answer, body: String(body), renewed: true };
}

/* What the page says above everything else; a warning there means that it was not done. */
function noticeIn(html) {
  const [, tone, text] = /<li class="notice notice--(\w+)">[\s\S]*?<div>([\s\S]*?)<\/div>/.exec(html) || [];
  return { ...(text && { title: text.replace(/<[^>]*>/g, "").trim() }), ...((tone === "danger" || tone === "warn") && { state: "refused" }) };
}

async function settle(answer, told) {
  const now = await answerTo(answer.subject);
  if (now && now.key !== answer.key) return false; // pressed again meanwhile
  const done = { ...answer, body: "", at: Date.now(), ...told };
  await keepAnswer(done);
  await tellPages();
  await sayOutcome(done);
  return true;
}

function sendAll() {
  return navigator.locks.request("tsunagi-answers", async () => {
    let left = 0;
    for (const one of await answers()) {
      if (one.state === "unsent") left += await sendOne(one) ? 0 : 1;
      else if (Date.now() - one.at > SHOWN_FOR) await dropAnswer(one.subject);
    }
    return left;
  });
}

async function tellPages() {
  const all = (await answers()).map(({ subject, verb, pressed, at, state, title, body, outcome }) => ({ subject, verb, pressed, at, state, title, body, outcome }));
  for (const page of await everyPage()) page.postMessage({ answers: all });
}

async function takeBack(subject) {
  const one = await answerTo(subject);
  if (one) await dropAnswer(subject);
  return tellPages();
}

async function said({ say, ...rest }) {
  if (say === "page") { await heard(rest).catch(() => {}); await sendAll(); return tellPages(); }
  if (say === "send") { await sendAll(); return tellPages(); }
  if (say === "drop") return takeBack(rest.subject);
  if (say === "forget") return forget();
  return say === "go" ? skipWaiting() : undefined;
}

addEventListener("message", (event) => event.waitUntil(said(event.data || {})));
addEventListener("sync", (event) => {
  // a failure makes the browser try again by itself
  if (event.tag === "answers") event.waitUntil(sendAll().then((left) => { if (left) throw new Error("left"); }));
});
addEventListener("install", () => { if (!registration.active) skipWaiting(); }); // a later one waits: see offline.js
addEventListener("activate", (event) => event.waitUntil(clients.claim().then(sweep)));
