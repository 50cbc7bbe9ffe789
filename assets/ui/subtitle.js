// The timeline of the Subtitles tab: cues over the sound, to drag and to nudge. Runs once, with Gradio's `element` and
// `trigger`; the figure that the server sends holds the data, and everything in it is drawn here.
const SECOND = 64, NUDGE = 0.05, LEAST = 0.1, SETTLE = 700, LANE = 30, SOUND = 64, AXIS = 18;
let figure = null, scroller = null, layer = null, canvas = null, cursor = null;
let cues = [], words = {}, peaks = new Uint8Array(0), rate = 20, end = 0, lanes = [];
let place = 0, chosen = 0, focused = false, waiting = null, timer = 0, drag = null;

const player = () => document.querySelector("#mm-video video, #mm-audio audio");
const clock = (seconds) => {
  const whole = Math.floor(Math.max(seconds, 0)), rest = (seconds - whole).toFixed(2).slice(1);
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(whole % 60)}${rest}`;
};
const bytes = (coded) => Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0));
const rounded = (seconds) => Math.round(seconds * 1000) / 1000;

// The server hears of a change when the pointer lets go, or when the keys have rested for a moment.
const send = () => {
  clearTimeout(timer);
  const change = waiting;
  waiting = null;
  if (!change || (change.start === change.was[0] && change.end === change.was[1])) return;
  trigger("select", { index: change.row, value: [change.start, change.end, ...change.was] });
};
const change = (row, start, stop) => {
  if (waiting && waiting.row !== row) send();
  const cue = cues[row];
  waiting ??= { row, was: [cue[0], cue[1]] };
  [waiting.start, waiting.end] = [cue[0], cue[1]] = [rounded(start), rounded(stop)];
  show(row);
};

const describe = (bar, row) => {
  const [start, stop, text, unsure, corrected] = cues[row];
  bar.className = `mm-cue${unsure ? " mm-cue-unsure" : ""}${corrected ? " mm-cue-corrected" : ""}`;
  bar.style.left = `${start * SECOND}px`;
  bar.style.width = `${Math.max((stop - start) * SECOND - 1, 3)}px`;
  bar.style.top = `${lanes[row] * LANE}px`;
  bar.textContent = text;
  bar.tabIndex = row === chosen ? 0 : -1;
  const marks = [unsure && words.unsure, corrected && words.corrected].filter(Boolean).map((mark) => `, ${mark}`).join("");
  const name = words.cue.replace("{row}", row + 1).replace("{count}", cues.length);
  const values = { label: name + marks, valuemin: 0, valuemax: end.toFixed(3), valuenow: start.toFixed(3) };
  values.valuetext = `${clock(start)} – ${clock(stop)}: ${text}`;
  for (const [key, value] of Object.entries(values)) bar.setAttribute(`aria-${key}`, value);
  bar.title = values.valuetext;
};
const barOf = (row) => layer?.querySelector(`[data-row="${row}"]`);
const show = (row) => { const bar = barOf(row); if (bar) describe(bar, row); };

// Cues that are shown at once stand one below the other.
const arrange = () => {
  lanes = [];
  let reach = -Infinity;
  cues.forEach((cue, row) => {
    lanes.push(cue[0] < reach - 0.001 ? 1 - lanes[row - 1] : 0);
    reach = Math.max(reach, cue[1]);
  });
};

// Only what is in sight exists: twenty thousand bars at once would be too many.
const fill = () => {
  if (!layer) return;
  const from = scroller.scrollLeft / SECOND - 5, to = (scroller.scrollLeft + scroller.clientWidth) / SECOND + 5;
  const seen = new Set();
  cues.forEach((cue, row) => { if (row === chosen || (cue[1] >= from && cue[0] <= to)) seen.add(row); });
  layer.querySelectorAll(".mm-cue").forEach((bar) => { if (!seen.delete(Number(bar.dataset.row))) bar.remove(); });
  for (const row of seen) {
    const bar = Object.assign(document.createElement("div"), { role: "slider" });
    bar.dataset.row = row;
    describe(bar, row);
    layer.append(bar);
  }
  draw();
};
const draw = () => {
  const width = scroller.clientWidth, scale = window.devicePixelRatio || 1, style = getComputedStyle(figure);
  canvas.width = width * scale;
  canvas.height = (SOUND + AXIS) * scale;
  canvas.style.width = `${width}px`;
  const pen = canvas.getContext("2d"), left = scroller.scrollLeft;
  pen.scale(scale, scale);
  pen.fillStyle = style.getPropertyValue("--mm-sound");
  for (let x = 0; x < width; x += 2) {
    const level = peaks[Math.floor(((left + x) / SECOND) * rate)] ?? 0;
    const height = peaks.length ? Math.max((level / 255) * SOUND, 1) : 0;
    pen.fillRect(x, (SOUND - height) / 2, 1.5, height);
  }
  pen.fillStyle = style.getPropertyValue("--body-text-color-subdued");
  pen.font = "12px sans-serif";
  for (let second = Math.ceil(left / SECOND / 2) * 2; second <= Math.min((left + width) / SECOND, end); second += 2) {
    pen.fillText(clock(second).slice(0, -3), second * SECOND - left + 2, SOUND + AXIS - 4);
    pen.fillRect(second * SECOND - left, SOUND, 1, AXIS);
  }
};

const choose = (row, focus = true) => {
  const before = chosen;
  chosen = Math.min(Math.max(row, 0), cues.length - 1);
  const [start, stop] = cues[chosen], from = scroller.scrollLeft / SECOND;
  if (start < from || stop > from + scroller.clientWidth / SECOND) scroller.scrollLeft = Math.max(start - 2, 0) * SECOND;
  fill();
  show(before);
  show(chosen);
  if (focus) barOf(chosen)?.focus({ preventScroll: true });
};
const follow = () => {
  const playing = player();
  if (!playing || !cursor) return;
  cursor.style.left = `${playing.currentTime * SECOND}px`;
  const x = playing.currentTime * SECOND - scroller.scrollLeft;
  if (!playing.paused && !drag && (x < 0 || x > scroller.clientWidth)) scroller.scrollLeft = x + scroller.scrollLeft - 40;
};
const seek = (seconds, play) => {
  const playing = player();
  if (!playing) return;
  playing.currentTime = seconds;
  if (play) playing.play?.().catch(() => {});
};

const keep = (row, start, stop, edge) => {
  if (edge === "start") return change(row, Math.min(Math.max(start, 0), stop - LEAST), stop);
  if (edge === "end") return change(row, start, Math.max(stop, start + LEAST));
  const shift = Math.max(start, 0) - start;
  return change(row, start + shift, stop + shift);
};
const keys = (event) => {
  const bar = event.target.closest(".mm-cue");
  if (!bar || event.ctrlKey || event.metaKey) return;
  const row = Number(bar.dataset.row), [start, stop] = cues[row];
  const step = { ArrowLeft: -NUDGE, ArrowRight: NUDGE }[event.key];
  const other = { ArrowUp: row - 1, ArrowDown: row + 1, Home: 0, End: cues.length - 1 }[event.key];
  if (step) {
    if (event.shiftKey) keep(row, start, stop + step, "end");
    else if (event.altKey) keep(row, start + step, stop, "start");
    else keep(row, start + step, stop + step, "");
    clearTimeout(timer);
    timer = setTimeout(send, SETTLE);
  } else if (other !== undefined) { send(); choose(other); }
  else if (event.key === "Enter" || event.key === " ") seek(start, true);
  else return;
  event.preventDefault();
};
const press = (event) => {
  const bar = event.target.closest(".mm-cue");
  if (!bar || event.button) return;
  const row = Number(bar.dataset.row), box = bar.getBoundingClientRect();
  send();
  choose(row);
  const margin = Math.min(10, box.width / 4), inside = event.clientX - box.left;
  const edge = inside < margin ? "start" : inside > box.width - margin ? "end" : "";
  drag = { row, edge, x: event.clientX, left: scroller.scrollLeft, start: cues[row][0], stop: cues[row][1] };
  barOf(row).setPointerCapture(event.pointerId);
  event.preventDefault();
};
const pull = (event) => {
  if (!drag) return;
  const by = (event.clientX - drag.x + scroller.scrollLeft - drag.left) / SECOND;
  if (!drag.moved && Math.abs(event.clientX - drag.x) < 3) return;
  drag.moved = true;
  keep(drag.row, drag.start + (drag.edge === "end" ? 0 : by), drag.stop + (drag.edge === "start" ? 0 : by), drag.edge);
};
const release = () => {
  if (!drag) return;
  const { moved, row } = drag;
  drag = null;
  if (moved) send(); else seek(cues[row]?.[0] ?? 0, false);
};

const build = () => {
  figure = element.querySelector(".mm-timeline");
  const room = figure?.querySelector(".mm-timeline-place");
  if (!room) { scroller = layer = null; return; }
  if (room.firstChild) return;
  cues = JSON.parse(figure.dataset.cues);
  words = JSON.parse(figure.dataset.words);
  end = Number(figure.dataset.end);
  drag = null;
  // What the keys have changed meanwhile is still to be sent, unless its cue is gone.
  if (!cues[waiting?.row]) waiting = null;
  if (waiting) [cues[waiting.row][0], cues[waiting.row][1]] = [waiting.start, waiting.end];
  arrange();
  const make = (name, parent) => {
    const part = document.createElement(name === "canvas" ? name : "div");
    part.className = `mm-timeline-${name}`;
    return parent.appendChild(part);
  };
  scroller = make("scroll", room);
  const wide = make("wide", scroller);
  wide.style.width = `${(end + 2) * SECOND}px`;
  canvas = make("canvas", wide);
  layer = make("layer", wide);
  layer.style.height = `${LANE * (1 + Math.max(0, ...lanes))}px`;
  cursor = make("cursor", wide);
  const again = focused;
  scroller.scrollLeft = place;
  scroller.addEventListener("scroll", () => { place = scroller.scrollLeft; fill(); });
  scroller.addEventListener("keydown", keys);
  scroller.addEventListener("pointerdown", press);
  scroller.addEventListener("pointermove", pull);
  scroller.addEventListener("pointerup", release);
  scroller.addEventListener("pointercancel", release);
  scroller.addEventListener("focusin", () => { focused = true; });
  // A bar that is drawn anew loses the focus as well, and is given it back; only then is it off the page.
  scroller.addEventListener("focusout", (event) => setTimeout(() => {
    if (!event.target.isConnected || element.contains(document.activeElement)) return;
    focused = false;
    send();
  }));
  wide.addEventListener("click", (event) => {
    if (!event.target.closest(".mm-cue")) seek((event.clientX - wide.getBoundingClientRect().left) / SECOND, false);
  });
  new ResizeObserver(fill).observe(scroller);
  chosen = Math.min(chosen, cues.length - 1);
  fill();
  if (again) barOf(chosen)?.focus({ preventScroll: true });
};
// The sound comes apart from the cues, often later.
const sound = document.querySelector("#mm-timeline-sound");
const listen = () => {
  const data = sound.querySelector(".mm-sound")?.dataset;
  [rate, peaks] = [Number(data?.rate ?? rate), bytes(data?.peaks ?? "")];
  if (layer) draw();
};
new MutationObserver(build).observe(element, { childList: true, subtree: true });
new MutationObserver(listen).observe(sound, { childList: true, subtree: true, attributes: true });
document.addEventListener("timeupdate", follow, true);
document.addEventListener("seeked", follow, true);
listen();
build();
