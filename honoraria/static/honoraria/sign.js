/* Drawing a signature with finger, pen or mouse into the hidden field of a form, as a path of
   whole numbers (M x y L x y …) inside the field that data-field names ("600 240").

   form[data-sign]   [data-sign-draw] is shown only with this module, [data-sign-typed] folds away
   Whoever cannot draw types the name instead; without this module that is the only way. */

const STEP = 3; // units between two points: enough for a line, small enough to store
const LONGEST = 20_000; // characters the server takes

function setUp(form) {
  const draw = form.querySelector("[data-sign-draw]");
  const canvas = draw.querySelector("canvas");
  const stored = form.querySelector("[name=path]");
  const typed = form.querySelector("[data-sign-typed]");
  const [width, height] = form.dataset.field.split(" ").map(Number);
  let strokes = [];
  let current = null;

  function paint() {
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(canvas.width / width, canvas.height / height);
    Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#111" });
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(...stroke[0]);
      for (const point of stroke.slice(1)) pen.lineTo(...point);
      pen.stroke();
    }
  }

  function path() {
    return strokes.filter((one) => one.length > 1)
      .map((one) => one.map(([x, y], n) => `${n ? "L" : "M"}${x} ${y}`).join("")).join("");
  }

  function where(event) {
    const box = canvas.getBoundingClientRect();
    const inside = (share, size) => Math.round(Math.min(1, Math.max(0, share)) * size);
    return [inside((event.clientX - box.left) / box.width, width), inside((event.clientY - box.top) / box.height, height)];
  }

  function add(event) {
    const [x, y] = where(event);
    const [lastX, lastY] = current.at(-1);
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < STEP || path().length > LONGEST - 20) return;
    current.push([x, y]);
  }

  function begin(event) {
    if (event.button || current) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    current = [where(event)];
    strokes.push(current);
  }

  function go(event) {
    if (!current) return;
    event.preventDefault();
    for (const one of event.getCoalescedEvents?.() ?? [event]) add(one);
    paint();
  }

  function end() {
    if (!current) return;
    current = null;
    stored.value = path();
  }

  function clear() {
    strokes = [];
    current = null;
    stored.value = "";
    paint();
  }

  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", go);
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  draw.querySelector("[data-sign-clear]").addEventListener("click", clear);
  new ResizeObserver(paint).observe(canvas);
  draw.hidden = false;
  // the fold stays open where a typed name was refused
  if (!typed.querySelector("[aria-invalid=true]")) typed.open = false;
}

for (const form of document.querySelectorAll("form[data-sign]")) setUp(form);
