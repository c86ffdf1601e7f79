/* What the service worker remembers: answers that have not left yet, who uses the device, words.

   The parts of the worker are served as one script at /sw.js (dispatch/phone/pushes.py), because a
   worker at the root of the site cannot load modules everywhere. IndexedDB "tsunagi": "answers" by
   the page they answer ("/o/…/"), "meta" by name: person, words. Pages stand in the cache PAGES,
   styles and scripts in ASSETS. */

const PAGES = "tsunagi-pages-1";
const ASSETS = "tsunagi-assets-1";

function settled(request) {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

let opened;
function database() {
  if (opened) return opened;
  const request = indexedDB.open("tsunagi", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("answers", { keyPath: "subject" });
    request.result.createObjectStore("meta");
  };
  opened = settled(request);
  opened.catch(() => { opened = undefined; });
  return opened;
}

async function stored(name, how, ...given) {
  const mode = how.startsWith("get") ? "readonly" : "readwrite";
  const store = (await database()).transaction(name, mode).objectStore(name);
  return settled(store[how](...given));
}

const answers = () => stored("answers", "getAll");
const answerTo = (subject) => stored("answers", "get", subject);
const keepAnswer = (answer) => stored("answers", "put", answer);
const dropAnswer = (subject) => stored("answers", "delete", subject);
const recall = (name) => stored("meta", "get", name);
const note = (name, value) => stored("meta", "put", value, name);

const everyPage = () => clients.matchAll({ type: "window", includeUncontrolled: true });
const patient = () => AbortSignal.timeout(30_000); // what hangs for ever keeps a new worker waiting
const wait = (time) => new Promise((done) => { setTimeout(done, time); });

/* The promise, or a failure after so many milliseconds. */
function within(time, promise) {
  const late = wait(time).then(() => { throw new Error("late"); });
  return Promise.race([promise, late]);
}
