// A week to paint in half hours: drag with a finger or the mouse, or use arrows and space (with
// Shift the paint is carried along). Takes the place of the plain form of times, which stays for
// browsers without JavaScript; what is painted is sent as one field of 0 and 1.

const CELLS = 48;
const MORNING = 12; // the first half hour that is always shown (6:00)

const two = (number) => String(number).padStart(2, "0");
const clock = (index) => `${Math.floor(index / 2)}:${two((index % 2) * 30)}`;

class Painter {
  constructor(root) {
    this.root = root;
    this.days = root.dataset.days.split(",");
    this.letters = root.dataset.letters.split(",");
    this.free = root.dataset.painted.split(",").map((day) => [...day].map((cell) => cell === "1"));
    this.field = root.querySelector("input[name=painted]");
    this.said = root.querySelector("[data-painter-said]");
    this.cells = this.days.map(() => []);
    this.build();
    this.listen();
    this.keep(false);
  }

  build() {
    const table = document.createElement("table");
    const about = { role: "grid", "aria-multiselectable": "true", "aria-describedby": "painter-help" };
    Object.entries(about).forEach(([name, value]) => table.setAttribute(name, value));
    const head = table.createTHead().insertRow();
    head.append(document.createElement("td"));
    this.days.forEach((day, index) => {
      const name = document.createElement("th");
      name.scope = "col";
      name.setAttribute("aria-label", day);
      name.textContent = this.letters[index];
      head.append(name);
    });
    head.cells[0].className = "painter__hour";
    const body = table.createTBody();
    for (let row = 0; row < CELLS; row += 1) this.buildRow(body.insertRow(), row);
    this.root.querySelector("[data-painter-table]").append(table);
    this.table = table;
    this.cells[0][18].tabIndex = 0;
    this.showNight(this.free.some((day) => day.slice(0, MORNING).includes(true)));
  }

  buildRow(line, row) {
    line.className = [row % 2 ? "" : "painter__line", row < MORNING ? "painter__night" : ""].join(" ");
    const hour = document.createElement("th");
    hour.scope = "row";
    hour.className = "painter__hour";
    const time = Object.assign(document.createElement("span"), { textContent: clock(row), className: row % 2 ? "visually-hidden" : "" });
    hour.append(time);
    line.append(hour);
    this.days.forEach((day, index) => {
      const cell = line.insertCell();
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = -1;
      Object.assign(cell.dataset, { day: index, row });
      this.cells[index][row] = cell;
      this.show(index, row);
    });
  }
  show(day, row) {
    const free = this.free[day][row];
    const cell = this.cells[day][row];
    const state = free ? this.root.dataset.free : this.root.dataset.busy;
    cell.setAttribute("aria-selected", String(free));
    cell.setAttribute("aria-label", `${this.days[day]} ${clock(row)}–${clock(row + 1)} ${state}`);
  }
  paint(day, row, free) {
    this.free[day][row] = free;
    this.show(day, row);
  }
  keep(changed = true) {
    this.field.value = this.free.map((day) => day.map((cell) => (cell ? "1" : "0")).join("")).join(",");
    if (changed) this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  showNight(shown) {
    this.root.classList.toggle("painter--day", !shown);
    this.root.querySelector("[data-painter-night]").setAttribute("aria-expanded", String(shown));
  }

  // the rectangle between two cells, on top of how it was before the finger came down
  drag(to) {
    const [day, row] = [Number(to.dataset.day), Number(to.dataset.row)];
    const { start, before, free } = this.stroke;
    for (let d = 0; d < this.days.length; d += 1) {
      for (let r = 0; r < CELLS; r += 1) {
        const inside = (d - start.day) * (d - day) <= 0 && (r - start.row) * (r - row) <= 0;
        const wanted = inside ? free : before[d][r];
        if (wanted !== this.free[d][r]) this.paint(d, r, wanted);
      }
    }
  }
  at(event) {
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest("td[data-day]");
    return found && this.table.contains(found) ? found : null;
  }

  focus(day, row, carry) {
    if (row < MORNING) this.showNight(true);
    const from = this.table.querySelector("td[tabindex='0']");
    if (carry) { this.paint(day, row, this.free[from.dataset.day][from.dataset.row]); this.keep(); }
    from.tabIndex = -1;
    this.cells[day][row].tabIndex = 0;
    this.cells[day][row].focus();
  }

  key(event) {
    const cell = event.target.closest("td[data-day]");
    if (!cell) return;
    const [day, row] = [Number(cell.dataset.day), Number(cell.dataset.row)];
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], Home: [-day, 0], End: [this.days.length - 1 - day, 0] };
    const move = moves[event.key];
    if (move) {
      const [d, r] = [day + move[0], row + move[1]];
      if (this.cells[d]?.[r]) this.focus(d, r, event.shiftKey);
    } else if (event.key === " " || event.key === "Enter") {
      this.paint(day, row, !this.free[day][row]);
      this.keep();
      this.said.textContent = cell.getAttribute("aria-label");
    } else return;
    event.preventDefault();
  }

  listen() {
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("pointerdown", (event) => {
      const cell = this.at(event);
      if (!cell || event.button) return;
      const start = { day: Number(cell.dataset.day), row: Number(cell.dataset.row) };
      this.stroke = { start, before: this.free.map((day) => [...day]), free: !this.free[start.day][start.row] };
      this.drag(cell);
    });
    addEventListener("pointermove", (event) => { const cell = this.stroke && this.at(event); if (cell) this.drag(cell); });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { if (this.stroke) { this.stroke = null; this.keep(); } });
    this.root.querySelector("[data-painter-night]").addEventListener("click", () => this.showNight(this.root.classList.contains("painter--day")));
    this.root.querySelector("[data-painter-clear]").addEventListener("click", () => { this.free.forEach((day, d) => day.forEach((_, r) => this.paint(d, r, false))); this.keep(); });
  }
}

for (const root of document.querySelectorAll("[data-painter]")) {
  const plain = root.closest("form").querySelector("[data-painter-plain]");
  if (plain.querySelector("[id$=_error]")) continue; // errors belong to the times that were typed
  plain.hidden = true;
  for (const input of plain.querySelectorAll("input")) input.disabled = true;
  root.hidden = false;
  root.querySelector("input[name=painted]").disabled = false;
  new Painter(root);
}
