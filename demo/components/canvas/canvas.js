// The mask canvas: paints object numbers over a frame of the chosen clip and keeps them on the server (demo/marking.py).
// `props.value` describes the clip (demo/marking.py: canvas_value); `props.colours` holds the objects' colours from 1 on.
const box = element.querySelector('.mask-canvas');
const words = props.words, colours = props.colours;
const HISTORY = 30, ZOOM = [1, 16];
const state = {value: null, index: 0, ids: new Uint8Array(0), tool: 'brush', target: 1, size: 18, opacity: 0.55, zoom: 1,
  x: 0, y: 0, picture: null, proposed: new Set(), history: new Map(), stroke: null, polygon: [], cursor: null, busy: false,
  shown: null, touched: new Set(), pointers: new Map()};
const layer = new OffscreenCanvas(1, 1), layerContext = layer.getContext('2d', {willReadFrequently: true});
let pixels = null; // the layer's ImageData

function fileUrl(path) { return new URL(`gradio_api/file=${path}`, document.baseURI).href; }
function clamp(value, low, high) { return Math.max(low, Math.min(high, value)); }

// ---- talking to the server: one question at a time, in order ----
box.saved = box.saving = Promise.resolve();
function ask(question) {
  const {token, stamp} = state.value;
  const answer = box.saved.then(() => server.mark({token, stamp, ...question}));
  box.saved = answer.then(() => {}, () => {});
  return answer.then(found => { trouble.textContent = found.error || ''; return found; });
}
function address(blob) {
  return new Promise(done => { const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(blob); });
}
async function encoded(ids, without = new Set()) {
  const {width, height} = state.value, canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  for (let i = 0, p = 0; i < ids.length; i++, p += 4) {
    const rgb = ids[i] && !without.has(ids[i]) ? colours[ids[i]] : [0, 0, 0];
    image.data[p] = rgb[0]; image.data[p + 1] = rgb[1]; image.data[p + 2] = rgb[2]; image.data[p + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return address(await canvas.convertToBlob({type: 'image/png'}));
}
async function decoded(source) {
  const {width, height} = state.value, ids = new Uint8Array(width * height);
  if (!source) return ids;
  const bitmap = await createImageBitmap(await (await fetch(source)).blob(), {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const {data} = context.getImageData(0, 0, width, height);
  const known = new Map(Object.entries(colours).map(([id, [r, g, b]]) => [(r << 16) | (g << 8) | b, Number(id)]));
  for (let i = 0, p = 0; i < ids.length; i++, p += 4) ids[i] = known.get((data[p] << 16) | (data[p + 1] << 8) | data[p + 2]) || 0;
  return ids;
}
async function save() {
  const index = state.index, source = await encoded(state.ids, state.proposed);
  const answer = await ask({what: 'save', index, labels: source});
  if (answer.marked) { state.value.marked = answer.marked; framesLine(); repairBar(); }
}

// ---- what is marked ----
function counts(ids) { const found = new Uint32Array(256); for (const id of ids) found[id]++; return found; }
function edit(change) { // run a change of the labels that can be undone; what it touched is the visitor's own from now on
  if (state.loading) return;
  const before = state.ids.slice();
  change(state.ids);
  keep(before);
}
function keep(before) {
  const changed = new Set();
  for (let i = 0; i < before.length; i++) if (before[i] !== state.ids[i]) { changed.add(before[i]); changed.add(state.ids[i]); }
  if (!changed.size) return;
  const past = history();
  past.undo.push({ids: before, proposed: new Set(state.proposed)}); past.redo = [];
  if (past.undo.length > HISTORY) past.undo.shift();
  changed.forEach(id => state.proposed.delete(id));
  noteChange();
}
function noteChange() { // keep what is marked now; `show` waits for it
  state.touched.add(state.index); refresh(); repairBar();
  box.saving = box.saving.then(save).catch(() => {});
}
function history() {
  if (!state.history.has(state.index)) state.history.set(state.index, {undo: [], redo: []});
  return state.history.get(state.index);
}
function step(from, to) {
  const past = history(), found = past[from].pop();
  if (!found || state.loading) return;
  past[to].push({ids: state.ids.slice(), proposed: new Set(state.proposed)});
  state.ids = found.ids; state.proposed = found.proposed;
  noteChange();
}
function add(mask, id) { edit(ids => { for (let i = 0; i < ids.length; i++) if (mask[i] && !ids[i]) ids[i] = id; }); }

// ---- drawing ----
function paintLayer(x0 = 0, y0 = 0, x1 = state.value.width, y1 = state.value.height) {
  const {width, height} = state.value, {ids} = state, data = pixels.data;
  x0 = Math.max(0, x0 - 1); y0 = Math.max(0, y0 - 1); x1 = Math.min(width, x1 + 1); y1 = Math.min(height, y1 + 1);
  for (let y = y0; y < y1; y++) for (let x = x0, i = y * width + x0; x < x1; x++, i++) {
    const id = ids[i], p = i * 4;
    if (!id) { data[p + 3] = 0; continue; }
    const edge = (x > 0 && ids[i - 1] !== id) || (x < width - 1 && ids[i + 1] !== id) || (y > 0 && ids[i - width] !== id) || (y < height - 1 && ids[i + width] !== id);
    const rgb = edge ? [255, 255, 255] : colours[id];
    data[p] = rgb[0]; data[p + 1] = rgb[1]; data[p + 2] = rgb[2]; data[p + 3] = state.proposed.has(id) ? 140 : 255;
  }
  layerContext.putImageData(pixels, 0, 0, x0, y0, x1 - x0, y1 - y0);
}
let waiting = 0;
function draw() { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; render(); }); }
function fit() { const {width, height} = state.value; return Math.min(stage.clientWidth / width, stage.clientHeight / height); }
function scale() { return fit() * state.zoom; }
function offset() { // where the picture's corner lies on the stage, with the pan held inside
  const {width, height} = state.value, s = scale();
  const place = (pan, room, size) => size <= room ? (room - size) / 2 : clamp(pan, room - size, 0);
  state.x = place(state.x, stage.clientWidth, width * s); state.y = place(state.y, stage.clientHeight, height * s);
  return [state.x, state.y];
}
function render() {
  if (!state.value || !stage.clientWidth) return;
  const ratio = window.devicePixelRatio || 1, context = stage.getContext('2d'), {width, height} = state.value;
  stage.width = Math.round(stage.clientWidth * ratio); stage.height = Math.round(stage.clientHeight * ratio);
  const s = scale(), [x, y] = offset();
  context.setTransform(ratio * s, 0, 0, ratio * s, ratio * x, ratio * y);
  context.imageSmoothingEnabled = s < 3;
  if (state.picture) context.drawImage(state.picture, 0, 0, width, height);
  context.globalAlpha = state.opacity; context.drawImage(layer, 0, 0); context.globalAlpha = 1;
  const line = 1 / s, pen = (colour, thick, path) => { context.strokeStyle = colour; context.lineWidth = thick * line; context.beginPath(); path(); context.stroke(); };
  const twice = path => { pen('#000', 4, path); pen('#fff', 2, path); };
  if (state.polygon.length) {
    twice(() => { state.polygon.forEach(([px, py], n) => context[n ? 'lineTo' : 'moveTo'](px, py)); if (state.cursor) context.lineTo(...state.cursor); });
    state.polygon.forEach(([px, py]) => twice(() => context.arc(px, py, 4 * line, 0, 7)));
  }
  const stroke = state.stroke;
  if (stroke && state.tool === 'box') twice(() => context.rect(stroke.start[0], stroke.start[1], stroke.last[0] - stroke.start[0], stroke.last[1] - stroke.start[1]));
  if (stroke && state.tool === 'scribble') twice(() => stroke.path.forEach(([px, py], n) => context[n ? 'lineTo' : 'moveTo'](px, py)));
  if (state.cursor && (state.tool === 'brush' || state.tool === 'eraser')) twice(() => context.arc(...state.cursor, state.size / 2, 0, 7));
}
function refresh() {
  paintLayer(); draw();
  const found = counts(state.ids), present = Object.keys(colours).map(Number).filter(id => found[id]);
  for (const [id, button] of objectButtons) {
    button.setAttribute('aria-checked', String(id === state.target));
    button.classList.toggle('present', found[id] > 0);
    button.dataset.pixels = found[id];
  }
  nameField.value = state.value.names[state.target] || '';
  nameField.placeholder = words.name_of.replace('{}', state.target);
  const chip = id => el('span', {class: 'chip', 'data-object': id}, el('i', {style: `background:rgb(${colours[id]})`}),
    `${state.value.names[id] || `${words.object} ${id}`} · ${found[id].toLocaleString('en')} ${words.pixels}${state.proposed.has(id) ? ` · ${words.proposed}` : ''}`);
  legend.replaceChildren(...(present.length ? present.map(chip) : [words.nothing_marked]));
  undo.disabled = !history().undo.length; redo.disabled = !history().redo.length;
  for (const [tool, button] of toolButtons) button.setAttribute('aria-checked', String(tool === state.tool));
  hint.textContent = words.tools[state.tool][1];
  polygonButtons.hidden = !state.polygon.length;
  box.dataset.frame = state.index;
}

// ---- tools ----
function stamp([ax, ay], [bx, by], id) { // a thick line from a to b
  const {width, height} = state.value, r = state.size / 2, dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy || 1;
  const x0 = Math.max(0, Math.floor(Math.min(ax, bx) - r)), x1 = Math.min(width, Math.ceil(Math.max(ax, bx) + r) + 1);
  const y0 = Math.max(0, Math.floor(Math.min(ay, by) - r)), y1 = Math.min(height, Math.ceil(Math.max(ay, by) + r) + 1);
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) {
    const t = clamp(((x + 0.5 - ax) * dx + (y + 0.5 - ay) * dy) / length, 0, 1);
    const ex = x + 0.5 - ax - t * dx, ey = y + 0.5 - ay - t * dy;
    if (ex * ex + ey * ey <= r * r) state.ids[y * width + x] = id;
  }
  paintLayer(x0, y0, x1, y1);
}
function area(path, width = 0) { // the pixels of a polygon, or of a line of a width
  const size = state.value, context = new OffscreenCanvas(size.width, size.height).getContext('2d');
  context.beginPath(); path.forEach(([x, y], n) => context[n ? 'lineTo' : 'moveTo'](x, y));
  if (width) { context.lineWidth = width; context.lineCap = context.lineJoin = 'round'; if (path.length < 2) context.lineTo(path[0][0] + 0.1, path[0][1]); context.stroke(); }
  else { context.closePath(); context.fill(); }
  const {data} = context.getImageData(0, 0, size.width, size.height), mask = new Uint8Array(size.width * size.height);
  for (let i = 0; i < mask.length; i++) mask[i] = data[i * 4 + 3] > 127;
  return mask;
}
async function cut(question) { // ask the server for a mask and add it to the object
  if (state.busy) return;
  const index = state.index, target = state.target;
  state.busy = true; box.classList.add('busy');
  try {
    const answer = await ask({index, ...question});
    if (answer.mask && index === state.index) add(await decoded(answer.mask), target);
  } finally { state.busy = false; box.classList.remove('busy'); }
}
function closePolygon() {
  const path = state.polygon;
  state.polygon = [];
  if (path.length > 2) { const mask = area(path); edit(ids => { for (let i = 0; i < ids.length; i++) if (mask[i]) ids[i] = state.target; }); }
  refresh();
}
function cancel() { state.polygon = []; state.stroke = null; refresh(); }
function setTool(tool) { state.tool = tool; cancel(); }
function setTarget(target) { state.target = clamp(target, 1, objectButtons.size); refresh(); }
function setSize(size) { state.size = clamp(size, 2, 120); sizeSlider.value = state.size; draw(); }
function setZoom(zoom, at = [stage.clientWidth / 2, stage.clientHeight / 2]) {
  const s = scale(), [x, y] = offset(), place = [(at[0] - x) / s, (at[1] - y) / s];
  state.zoom = clamp(zoom, ...ZOOM);
  state.x = at[0] - place[0] * scale(); state.y = at[1] - place[1] * scale();
  draw();
}

// ---- pointers: mouse, pen and touch; two fingers zoom and move ----
const stage = el('canvas', {class: 'stage', tabindex: 0, role: 'application', 'aria-label': words.stage});
function onStage(event) { const rect = stage.getBoundingClientRect(); return [event.clientX - rect.left, event.clientY - rect.top]; }
function onPicture(event) { const [px, py] = onStage(event), [x, y] = offset(), s = scale(); return [(px - x) / s, (py - y) / s]; }
function begin(place) {
  if (state.busy || state.loading || !state.value) return;
  if (state.tool === 'polygon') {
    const first = state.polygon[0], near = first && Math.hypot(first[0] - place[0], first[1] - place[1]) < 8 / scale();
    if (near && state.polygon.length > 2) closePolygon(); else { state.polygon.push(place); refresh(); }
    return;
  }
  state.stroke = {start: place, last: place, path: [place], before: state.ids.slice()};
  if (state.tool === 'brush' || state.tool === 'eraser') stamp(place, place, state.tool === 'brush' ? state.target : 0);
  draw();
}
function move(place) {
  const stroke = state.stroke;
  if (!stroke) return;
  if (state.tool === 'brush' || state.tool === 'eraser') stamp(stroke.last, place, state.tool === 'brush' ? state.target : 0);
  stroke.last = place; stroke.path.push(place);
}
function end() {
  const stroke = state.stroke;
  state.stroke = null;
  if (!stroke) return;
  if (state.tool === 'box') {
    const [[ax, ay], [bx, by]] = [stroke.start, stroke.last];
    cut({what: 'box', box: [Math.min(ay, by), Math.min(ax, bx), Math.max(ay, by), Math.max(ax, bx)].map(Math.round)});
  } else if (state.tool === 'scribble') encoded(area(stroke.path, 5).map(on => on ? 1 : 0)).then(mask => cut({what: 'scribble', mask}));
  else keep(stroke.before);
  draw();
}
function abandon() { // a second finger came: what the first one began was no stroke
  if (!state.stroke) return;
  state.ids = state.stroke.before; state.stroke = null; paintLayer();
}
stage.addEventListener('pointerdown', event => {
  if (event.button > 1 || !state.value) return;
  event.preventDefault(); stage.focus({preventScroll: true}); stage.setPointerCapture(event.pointerId);
  state.pointers.set(event.pointerId, onStage(event));
  if (state.pointers.size > 1 || event.button === 1) { abandon(); return; }
  state.cursor = onPicture(event); begin(state.cursor);
});
stage.addEventListener('pointermove', event => {
  const before = state.pointers.get(event.pointerId), now = onStage(event);
  if (before && (state.pointers.size > 1 || event.buttons & 4)) {
    const others = [...state.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const [x, y] = offset();
    if (others.length) {
      const middle = [(now[0] + others[0][0]) / 2, (now[1] + others[0][1]) / 2], far = place => Math.hypot(place[0] - others[0][0], place[1] - others[0][1]) || 1;
      setZoom(state.zoom * far(now) / far(before), middle);
      state.x += (now[0] - before[0]) / 2; state.y += (now[1] - before[1]) / 2;
    } else { state.x = x + now[0] - before[0]; state.y = y + now[1] - before[1]; }
    state.pointers.set(event.pointerId, now); draw();
    return;
  }
  state.cursor = event.pointerType === 'touch' && !before ? null : onPicture(event);
  for (const part of event.getCoalescedEvents?.() ?? []) move(onPicture(part));
  if (state.cursor) move(state.cursor);
  draw();
});
for (const kind of ['pointerup', 'pointercancel']) stage.addEventListener(kind, event => {
  if (!state.pointers.delete(event.pointerId)) return;
  if (kind === 'pointercancel') abandon(); else end();
});
stage.addEventListener('pointerleave', () => { state.cursor = null; draw(); });
stage.addEventListener('dblclick', () => { if (state.tool === 'polygon') closePolygon(); });
stage.addEventListener('wheel', event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault(); setZoom(state.zoom * Math.exp(-event.deltaY / 200), onStage(event));
}, {passive: false});
const KEYS = {b: 'brush', e: 'eraser', p: 'polygon', x: 'box', s: 'scribble'};
stage.addEventListener('keydown', event => {
  if (!state.value) return;
  const key = event.key, moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  const command = event.ctrlKey || event.metaKey;
  if (command && key.toLowerCase() === 'z') step(...(event.shiftKey ? ['redo', 'undo'] : ['undo', 'redo']));
  else if (command && key.toLowerCase() === 'y') step('redo', 'undo');
  else if (command) return;
  else if (key in KEYS) setTool(KEYS[key]);
  else if (colours[key]) setTarget(Number(key));
  else if (key === '[' || key === ']') setSize(state.size + (key === ']' ? 4 : -4));
  else if (key === '+' || key === '=') setZoom(state.zoom * 1.5);
  else if (key === '-') setZoom(state.zoom / 1.5);
  else if (key === '0') setZoom(1);
  else if (key === ',' || key === '.') show(state.index + (key === '.' ? 1 : -1));
  else if (key === 'Enter' && state.polygon.length) closePolygon();
  else if (key === 'Escape') cancel();
  else if (key in moves) {
    const far = event.shiftKey ? 1 : 8, [x, y] = state.cursor || [state.value.width / 2, state.value.height / 2];
    state.cursor = [clamp(x + far * moves[key][0], 0, state.value.width), clamp(y + far * moves[key][1], 0, state.value.height)];
    move(state.cursor); draw();
  } else if (key === ' ') { if (!event.repeat) begin(state.cursor || (state.cursor = [state.value.width / 2, state.value.height / 2])); }
  else return;
  event.preventDefault();
});
stage.addEventListener('keyup', event => { if (event.key === ' ') end(); });
stage.addEventListener('blur', end);

// ---- controls ----
const toolButtons = new Map(Object.entries(words.tools).map(([tool, [label, help]]) => [tool,
  el('button', {role: 'radio', 'data-tool': tool, title: help, onclick: () => setTool(tool)}, label)]));
const undo = el('button', {class: 'undo', title: words.undo_help, onclick: () => step('undo', 'redo')}, words.undo);
const redo = el('button', {class: 'redo', title: words.redo_help, onclick: () => step('redo', 'undo')}, words.redo);
const zoomButton = (sign, factor, label) => el('button', {title: label, 'aria-label': label, onclick: () => setZoom(factor ? state.zoom * factor : 1)}, sign);
const objectButtons = new Map(Object.keys(colours).map(key => Number(key)).map(id => [id,
  el('button', {role: 'radio', 'data-object': id, style: `--object: rgb(${colours[id]})`, 'aria-label': `${words.object} ${id}`, onclick: () => setTarget(id)}, String(id))]));
const nameField = el('input', {type: 'text', maxlength: 40, class: 'name', 'aria-label': words.name, onchange: async () => {
  const answer = await ask({what: 'rename', target: state.target, name: nameField.value});
  if (answer.names) { state.value.names = answer.names; refresh(); }
}});
const sizeSlider = el('input', {type: 'range', min: 2, max: 120, value: state.size, class: 'size', oninput: () => setSize(Number(sizeSlider.value))});
const opacitySlider = el('input', {type: 'range', min: 0, max: 100, value: 100 * state.opacity, class: 'opacity', oninput: () => { state.opacity = opacitySlider.value / 100; draw(); }});
const slider = el('input', {type: 'range', min: 0, max: 0, value: 0, class: 'frame', 'aria-label': words.frame, oninput: () => show(Number(slider.value))});
const counter = el('output', {class: 'counter'});
const marked = el('span', {class: 'marked'});
const legend = el('div', {class: 'legend', 'aria-live': 'polite'});
const hint = el('p', {class: 'hint tool-hint'});
const card = el('p', {class: 'card'});
const trouble = el('p', {class: 'trouble', role: 'alert'});
const polygonButtons = el('span', {class: 'group', hidden: true}, el('button', {onclick: closePolygon}, words.fill), el('button', {onclick: cancel}, words.cancel));
const file = el('input', {type: 'file', accept: 'image/png', hidden: true, onchange: async () => {
  const [chosen] = file.files, index = state.index;
  file.value = '';
  if (!chosen) return;
  const answer = await ask({what: 'import', index, file: await address(chosen), file_name: chosen.name});
  if (answer.labels && index === state.index) { const found = await decoded(answer.labels); edit(ids => ids.set(found)); }
}});
const truth = el('button', {class: 'truth', title: words.truth_help, onclick: async () => {
  const index = state.index, answer = await ask({what: 'truth', index});
  if (answer.labels && index === state.index) { const found = await decoded(answer.labels); edit(ids => ids.set(found)); }
}}, words.truth);
const direction = el('select', {'aria-label': words.direction}, ...Object.entries(words.directions).map(([value, label]) => el('option', {value}, label)));
const goOn = el('button', {class: 'go-on', onclick: async () => {
  await box.saving; await box.saved;
  trigger('submit', {run: state.shown.run, index: state.index, direction: direction.value});
}});
const bar = el('div', {class: 'repair', hidden: true}, el('p', {}, words.repair), direction, goOn);
box.append(card,
  el('div', {class: 'objects', role: 'radiogroup', 'aria-label': words.objects}, ...objectButtons.values()),
  el('div', {class: 'tools'}, el('span', {class: 'group', role: 'radiogroup', 'aria-label': words.tool}, ...toolButtons.values()), el('span', {class: 'group'}, undo, redo), polygonButtons),
  stage,
  el('div', {class: 'frames'}, slider, counter, el('span', {class: 'group'}, zoomButton('−', 1 / 1.5, words.zoom_out), zoomButton('+', 1.5, words.zoom_in), zoomButton('⤢', 0, words.zoom_fit))),
  hint, legend, bar, trouble,
  el('details', {class: 'more'}, el('summary', {}, words.more),
    el('label', {}, words.name, nameField), el('label', {}, words.size, sizeSlider), el('label', {}, words.opacity, opacitySlider),
    el('div', {class: 'group'}, el('button', {class: 'import', onclick: () => file.click()}, words.import), truth,
      el('button', {class: 'clear', onclick: () => edit(ids => ids.fill(0))}, words.clear)), file,
    el('p', {class: 'hint'}, words.keys)),
  marked);
box.querySelectorAll('button').forEach(button => { button.type = 'button'; });

// ---- frames and clips ----
function framesLine() {
  counter.textContent = `${state.index} / ${state.value.total - 1}`;
  slider.max = state.value.total - 1; slider.value = state.index;
  const others = state.value.marked;
  marked.hidden = !others.some(index => index > 0);
  marked.replaceChildren(words.marked_frames, ...others.map(index => el('button', {'data-marked': index, type: 'button', onclick: () => show(index)}, String(index))));
}
async function show(index, source, proposed = []) { // `source`: labels to begin with that are not on the server
  if (state.stroke) abandon();
  state.loading = true;
  await box.saving;
  index = clamp(index, 0, state.value.total - 1);
  const {stamp, previews, marked: known} = state.value;
  Object.assign(state, {index, polygon: [], wanted: `${stamp} ${index}`});
  framesLine();
  const ticket = state.wanted, picture = fetch(fileUrl(`${previews}/${String(index).padStart(5, '0')}.jpg`))
    .then(answer => answer.blob()).then(blob => createImageBitmap(blob)).catch(() => null);
  const labels = source !== undefined ? source : known.includes(index) ? (await ask({what: 'labels', index})).labels : null;
  const [frame, ids] = await Promise.all([picture, decoded(labels)]);
  if (ticket !== state.wanted) return;
  Object.assign(state, {picture: frame, ids, proposed: new Set(proposed), loading: false});
  refresh(); repairBar();
}
function repairBar() {
  const {shown, value} = state;
  const able = shown && value && shown.state !== 'running' && shown.previews === value.previews;
  const later = value && state.index > Math.min(...value.marked); // from the first mark on, Run does the same
  bar.hidden = !able || !later || !state.touched.has(state.index) || !state.ids.some(id => id && !state.proposed.has(id));
  goOn.textContent = words.go_on.replace('{}', state.index);
}
function load(value) {
  box.hidden = !value || !value.stamp;
  if (box.hidden) return;
  const same = state.value && state.value.stamp === value.stamp && state.value.token === value.token;
  state.value = value;
  card.textContent = value.card;
  truth.hidden = !value.truth;
  if (same) { framesLine(); return; }
  layer.width = value.width; layer.height = value.height;
  pixels = layerContext.createImageData(value.width, value.height);
  stage.style.aspectRatio = `${value.width} / ${value.height}`;
  Object.assign(state, {ids: new Uint8Array(value.width * value.height), picture: null, zoom: 1, x: 0, y: 0, proposed: new Set(),
    history: new Map(), touched: new Set()});
  show(value.marked[0] || 0);
}
document.addEventListener('llb-run', event => {
  const before = state.shown;
  state.shown = event.detail.value;
  if (before && before.stamp !== state.shown.stamp) state.touched.clear();
  if (state.value) repairBar();
});
document.addEventListener('llb-repair', async event => {
  const {token, run, name, index} = event.detail;
  await box.saving; await box.saved;
  const answer = await server.mark({what: 'proposal', token, run, name, index});
  trouble.textContent = answer.error || '';
  if (answer.error) return;
  load(answer.value);
  await show(index, answer.labels, answer.proposed);
  box.scrollIntoView({behavior: 'smooth', block: 'nearest'}); stage.focus({preventScroll: true});
});
new ResizeObserver(draw).observe(stage);
watch('value', () => load(props.value));
load(props.value);
