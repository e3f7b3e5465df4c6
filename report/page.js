// page.js - what the report does beyond what HTML does by itself: the timeline's zoom, and opened details on paper. The
// report is complete without it.
"use strict";

(function () {
  const byId = (id) => document.getElementById(id);

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.printed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-printed]")) {
      details.open = false;
      delete details.dataset.printed;
    }
  });

  const data = byId("events") && JSON.parse(byId("events").textContent);
  if (!data) return;

  // The numbers of Timeline.cpp (numbersOf) back to times.
  const rows = data.rows.map((row) => {
    const starts = [], ends = [], kinds = [], counts = [];
    let at = 0;
    for (let i = 0; i < row.events.length; ) {
      const start = at + row.events[i++], end = start + row.events[i++];
      const kind = row.events[i++];
      starts.push(start);
      ends.push(end);
      kinds.push(kind < 0 ? -1 - kind : kind);
      counts.push(kind < 0 ? row.events[i++] : 1);
      at = end;
    }
    return { name: row.name, starts, ends, kinds, counts };
  });

  const rowHeight = 20, barTop = 3, barHeight = 14;
  const canvas = byId("lanes"), pointed = byId("pointed"), shown = byId("window");
  const context = canvas.getContext("2d");
  const hint = pointed.textContent;
  let from = 0, to = data.end, isPending = false;

  const readable = (us) =>
    us < 1e3 ? us.toFixed(0) + " us" : us < 1e6 ? (us / 1e3).toPrecision(4) + " ms" : (us / 1e6).toPrecision(4) + " s";

  // The first block of a row that ends behind `time`.
  function firstAfter(row, time) {
    let low = 0, high = row.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (row.ends[middle] > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function draw() {
    isPending = false;
    const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = rows.length * rowHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = height + "px";
    context.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    const colours = data.kinds.map((kind) => style.getPropertyValue("--c" + kind.colour).trim());
    const perUs = width / (to - from);
    rows.forEach((row, index) => {
      let drawnTo = -1, drawnKind = -1;
      for (let i = firstAfter(row, from); i < row.starts.length && row.starts[i] < to; ++i) {
        const left = Math.max((row.starts[i] - from) * perUs, 0);
        const right = Math.max(Math.min((row.ends[i] - from) * perUs, width), left + 0.75);
        if (right < drawnTo + 0.5 && row.kinds[i] === drawnKind) continue; // no pixel of its own
        context.fillStyle = colours[row.kinds[i]];
        // A gap between neighbours, where there is room for one.
        context.fillRect(left, index * rowHeight + barTop, right - left > 4 ? right - left - 1 : right - left, barHeight);
        drawnTo = right;
        drawnKind = row.kinds[i];
      }
    });
    shown.textContent = readable(from) + " to " + readable(to) + " of " + readable(data.end);
  }

  function redraw() {
    if (!isPending) {
      isPending = true;
      requestAnimationFrame(draw);
    }
  }

  function show(newFrom, newTo) {
    const length = Math.min(Math.max(newTo - newFrom, 20), data.end);
    from = Math.min(Math.max(newFrom, 0), data.end - length);
    to = from + length;
    redraw();
  }

  function zoom(factor, centre = (from + to) / 2) {
    show(centre - (centre - from) * factor, centre + (to - centre) * factor);
  }

  const move = (share) => show(from + (to - from) * share, to + (to - from) * share);
  const actions = {
    in: () => zoom(0.5), out: () => zoom(2), left: () => move(-0.25), right: () => move(0.25), whole: () => show(0, data.end),
  };
  const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", 0: "whole", Home: "whole" };

  for (const button of document.querySelectorAll("[data-do]"))
    button.addEventListener("click", () => actions[button.dataset.do]());
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    actions[keys[event.key]]();
  });

  const timeAt = (event) => from + ((event.clientX - canvas.getBoundingClientRect().left) / canvas.clientWidth) * (to - from);
  let dragged = null;
  canvas.addEventListener("pointerdown", (event) => {
    dragged = { time: timeAt(event) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => (dragged = null));
  canvas.addEventListener("pointercancel", () => (dragged = null));
  canvas.addEventListener("pointermove", (event) => {
    if (dragged) {
      const shift = dragged.time - timeAt(event);
      return show(from + shift, to + shift);
    }
    const row = rows[Math.floor((event.clientY - canvas.getBoundingClientRect().top) / rowHeight)];
    const time = timeAt(event), i = row ? firstAfter(row, time) : -1;
    if (!row || i === row.starts.length || row.starts[i] > time) {
      pointed.textContent = hint;
      return;
    }
    const several = row.counts[i] > 1 ? row.counts[i] + " tasks, most of the time " : "";
    pointed.textContent = several + data.kinds[row.kinds[i]].name + ": " + readable(row.ends[i] - row.starts[i]) + " from " +
      readable(row.starts[i]) + ", " + row.name;
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // plain scrolling stays scrolling; a pinch comes as this
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
  }, { passive: false });

  byId("zoom").hidden = false;
  document.body.classList.add("zoomable"); // the image of the same is for paper
  addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  redraw();
})();
