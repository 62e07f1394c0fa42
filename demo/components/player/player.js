// The synced player: every pane is drawn from one frame index, so all show the same frame.
// `props.value` describes a run (demo/payload.py); `server` holds the functions of demo/reads.py.
const box = element.querySelector('.player');
const words = props.words;
const state = {value: null, index: 0, playing: false, follow: false, view: 'overlay', other: '', speed: 1, loop: true,
  chart: 'quality', figures: [], updates: 0, drawn: '', pixel: null};
const panes = new Map();
const cache = new Map();
const CACHED = 160;

function fileUrl(path) { return new URL(`gradio_api/file=${path}`, document.baseURI).href; }
function name(index) { return String(index).padStart(5, '0'); }
function frames() { return state.value ? Math.min(...state.value.variants.map(v => v.done)) : 0; }

// ---- pictures, loaded once and kept while they are near ----
function kept(key, make) {
  if (!cache.has(key)) {
    cache.set(key, make().catch(error => { cache.delete(key); throw error; }));
    if (cache.size > CACHED) cache.delete(cache.keys().next().value);
  } else { const found = cache.get(key); cache.delete(key); cache.set(key, found); }
  return cache.get(key);
}
async function bitmap(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(answer.status);
  return createImageBitmap(await answer.blob(), {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
}
function picture(index) { const url = `${state.value.previews}/${name(index)}.jpg`; return kept(url, () => bitmap(fileUrl(url))); }
function labels(folder, index) { // a repair rewrites frames while it works, so that an older copy may be out of date
  const {width, height, objects, version} = state.value, url = `${folder}/${name(index)}.png${version ? `?v=${version}` : ''}`;
  return kept(url, async () => {
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d', {willReadFrequently: true});
    context.drawImage(await bitmap(fileUrl(url)), 0, 0);
    const data = context.getImageData(0, 0, width, height).data, ids = new Uint8Array(width * height);
    const known = new Map(objects.map(o => [(o.rgb[0] << 16) | (o.rgb[1] << 8) | o.rgb[2], o.id]));
    for (let i = 0, p = 0; i < ids.length; i++, p += 4) {
      const colour = (data[p] << 16) | (data[p + 1] << 8) | data[p + 2];
      if (colour) ids[i] = known.get(colour) || 0;
    }
    return ids;
  });
}

// ---- drawing ----
const ONLY_THIS = [40, 120, 255], ONLY_OTHER = [255, 140, 0], BOTH = [150, 150, 150];
function paint(pixels, ids, others, width, view, colours) {
  const mix = (p, rgb, part) => { for (let c = 0; c < 3; c++) pixels[p + c] += (rgb[c] - pixels[p + c]) * part; };
  for (let i = 0, p = 0; i < ids.length; i++, p += 4) {
    const id = ids[i];
    if (view === 'mask') { mix(p, id ? colours[id] : [0, 0, 0], 1); continue; }
    if (view === 'other' || view === 'truth') {
      const x = i % width, y = (i / width) | 0, that = others ? others[i] : id;
      mix(p, [0, 0, 0], 0.45);
      if (id && id === that) mix(p, BOTH, 0.45);
      else if (id && (x + y) % 8 < 5) mix(p, ONLY_THIS, 0.9);
      if (that && that !== id && (x - y + 4096) % 8 < 3) mix(p, ONLY_OTHER, 0.95);
      continue;
    }
    const edge = id !== ids[i + 1] || id !== ids[i + width] || id !== ids[i - 1] || id !== ids[i - width];
    const near = !edge && (id !== ids[i + 2] || id !== ids[i + 2 * width] || id !== ids[i - 2] || id !== ids[i - 2 * width]);
    if (edge && id) mix(p, [255, 255, 255], 1);
    else if (near && id) mix(p, view === 'contour' ? colours[id] : [0, 0, 0], 0.9);
    else if (id && view === 'overlay') mix(p, colours[id], 0.5);
  }
}
async function draw() {
  const value = state.value;
  if (!value || !frames()) return;
  const index = state.index, ticket = `${value.run} ${index} ${state.view} ${state.other}`;
  state.wanted = ticket;
  try {
    const frame = await picture(index);
    const other = state.view === 'truth' ? (value.truth && labels(value.truth, index))
      : state.view === 'other' && state.other ? labels(value.variants.find(v => v.name === state.other).labels, index) : null;
    const all = await Promise.all([other, ...value.variants.map(v => labels(v.labels, index))]);
    if (state.wanted !== ticket) return;
    const colours = Object.fromEntries(value.objects.map(o => [o.id, o.rgb]));
    value.variants.forEach((variant, number) => {
      const {canvas} = panes.get(variant.name), context = canvas.getContext('2d', {willReadFrequently: true});
      context.drawImage(frame, 0, 0, canvas.width, canvas.height);
      const data = context.getImageData(0, 0, canvas.width, canvas.height);
      paint(data.data, all[number + 1], all[0], canvas.width, state.view, colours);
      context.putImageData(data, 0, 0);
      if (state.pixel) mark(context, state.pixel);
      canvas.dataset.frame = index;
    });
    state.drawn = ticket;
    for (let ahead = 1; ahead <= 4; ahead++) {
      const next = index + ahead;
      if (next < frames()) { picture(next); value.variants.forEach(v => labels(v.labels, next)); }
    }
  } catch (error) { /* a picture that is not there yet comes with the next update */ }
}
function mark(context, {x, y}) {
  for (const [colour, size] of [['#000', 5], ['#fff', 2]]) {
    context.strokeStyle = colour; context.lineWidth = size; context.beginPath();
    context.moveTo(x - 14, y); context.lineTo(x + 14, y); context.moveTo(x, y - 14); context.lineTo(x, y + 14); context.stroke();
  }
}

// ---- one clock ----
function go(index, quiet = false) {
  const last = frames() - 1;
  if (last < 0) return;
  state.index = Math.max(0, Math.min(last, index));
  slider.value = state.index;
  counter.textContent = `${state.index} / ${last}`;
  draw(); charts();
  if (!quiet) document.dispatchEvent(new CustomEvent('llb-frame', {detail: {stamp: state.value.stamp, index: state.index, playing: state.playing}}));
}
function showPlaying(on) {
  state.playing = on;
  playButton.textContent = on ? '❚❚' : '▶';
  playButton.setAttribute('aria-label', on ? words.pause : words.play);
}
function play(on) {
  showPlaying(on); state.follow = false;
  if (on) { if (state.index >= frames() - 1) go(0); state.due = performance.now(); requestAnimationFrame(tick); }
  else go(state.index);
}
function tick(now) {
  if (!state.playing || !document.body.contains(box)) return;
  const {times} = state.value, step = i => (times[Math.min(i + 1, times.length - 1)] - times[i]) * 1000 || 42;
  if (now >= state.due) {
    const last = frames() - 1;
    if (state.index >= last && !state.loop) { play(false); return; }
    const next = state.index >= last ? 0 : state.index + 1;
    state.due = Math.max(now, state.due + step(state.index) / state.speed);
    go(next, next % 3 !== 0);
  }
  requestAnimationFrame(tick);
}

// ---- controls ----
const playButton = el('button', {class: 'play', 'aria-label': words.play, onclick: () => play(!state.playing)}, '▶');
const slider = el('input', {type: 'range', min: 0, max: 0, value: 0, step: 1, class: 'scrub', 'aria-label': words.frame,
  oninput: () => { state.follow = false; if (state.playing) play(false); go(Number(slider.value)); }});
const counter = el('output', {class: 'counter'}, '');
const choice = (label, options, pick, kind) => {
  const select = el('select', {'aria-label': label, class: kind, onchange: () => pick(select.value)},
    ...options.map(([value, text]) => el('option', {value}, text)));
  return select;
};
const views = choice(words.view, [], value => { setView(value); }, 'views');
const speed = choice(words.speed, [['0.25', '¼×'], ['0.5', '½×'], ['1', '1×'], ['2', '2×']], v => { state.speed = Number(v); }, 'speed');
speed.value = '1';
const loop = el('input', {type: 'checkbox', onchange: () => { state.loop = loop.checked; }});
loop.checked = true;
const grid = el('div', {class: 'panes'});
const legend = el('p', {class: 'legend-line', 'aria-live': 'polite'});
const tabs = el('div', {class: 'tabs', role: 'tablist', 'aria-label': words.timelines});
const rows = el('div', {class: 'rows'});
const bar = el('div', {class: 'bar'}, playButton, slider, counter, views, speed, el('label', {class: 'loop'}, loop, ` ${words.loop}`));
const uncertain = el('button', {class: 'uncertain', title: words.uncertain_help, onclick: async () => {
  const {token, run} = state.value, answer = await server.read({what: 'uncertain', token, run});
  trouble.textContent = answer.error || (answer.index === null ? words.nothing_uncertain : '');
  if (Number.isInteger(answer.index)) { if (state.playing) play(false); state.follow = false; go(answer.index); }
}}, words.uncertain);
const take = el('div', {class: 'take'}, el('b', {}, words.take_away), ...Object.entries(words.exports).map(([kind, label]) => {
  const button = el('button', {'data-export': kind, onclick: () => fetchFile(button, {what: 'export', kind})}, label);
  return button;
}));
const trouble = el('p', {class: 'trouble', role: 'alert'});
box.append(bar, grid, legend, tabs, rows, el('div', {class: 'take'}, uncertain), take, trouble);
box.tabIndex = 0;
box.setAttribute('aria-label', words.player);
box.addEventListener('keydown', event => {
  if (['SELECT', 'INPUT', 'BUTTON'].includes(event.target.tagName) && event.target !== slider) return;
  const moves = {ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9};
  if (event.key in moves) { event.preventDefault(); state.follow = false; if (state.playing) play(false); go(state.index + moves[event.key]); }
  if (event.key === ' ') { event.preventDefault(); play(!state.playing); }
});

function setView(value) {
  [state.view, state.other] = value.startsWith('other ') ? ['other', value.slice(6)] : [value, ''];
  legend.replaceChildren();
  if (state.view === 'other' || state.view === 'truth') {
    const that = state.view === 'truth' ? words.truth : state.value.variants.find(v => v.name === state.other).title;
    const chip = (kind, text) => el('span', {class: `key ${kind}`}, el('i'), text);
    legend.append(chip('this', words.only_this), chip('that', `${words.only} ${that}`), chip('both', words.both));
  }
  draw();
}

async function fetchFile(button, question) {
  const {token, run} = state.value;
  button.disabled = true; trouble.textContent = '';
  try {
    const answer = await server.read({...question, token, run});
    if (answer.error) trouble.textContent = answer.error;
    else el('a', {href: fileUrl(answer.path), download: question.title ? `${question.title}.mp4` : answer.path.split('/').pop()}).click();
  } finally { button.disabled = false; }
}

// ---- timelines ----
const CHARTS = {
  quality: value => value.truth
    ? {lines: [['j', 'J', []], ['f', 'F', [5, 4]]], range: [0, 1]} : {lines: [['agreement', words.agreement, []]], range: [0, 1]},
  area: () => ({lines: [['area', words.area, []]], range: null}),
  share: () => ({lines: [['share', words.share, []]], range: [0, 1]}),
};
function chartTabs() {
  tabs.replaceChildren(...Object.keys(CHARTS).map(kind => el('button', {role: 'tab', 'data-chart': kind,
    'aria-selected': String(kind === state.chart), title: words[`${kind}_help`],
    onclick: () => { state.chart = kind; chartTabs(); charts(); }}, words[`${kind}_tab`])),
    el('span', {class: 'chart-note'}, words[`${state.chart}_help`]));
}
function charts() {
  const value = state.value;
  if (!value) return;
  const {lines, range} = CHARTS[state.chart](value), total = value.total;
  for (const variant of value.variants) {
    const {chart, note} = panes.get(variant.name), ratio = window.devicePixelRatio || 1;
    const width = chart.clientWidth || 600, height = 46;
    chart.width = width * ratio; chart.height = height * ratio;
    const context = chart.getContext('2d'), style = getComputedStyle(box);
    context.scale(ratio, ratio);
    const series = lines.map(([key]) => state.figures.map(f => mean(value.objects.map(o => f[variant.name]?.objects[o.id]?.[key]))));
    const most = range ? range[1] : Math.max(1, ...state.figures.flatMap(f => value.variants.map(v => mean(value.objects.map(o => f[v.name]?.objects[o.id]?.[lines[0][0]])) || 0)));
    const at = (i, v) => [4 + (width - 8) * i / Math.max(1, total - 1), height - 4 - (height - 8) * v / most];
    context.strokeStyle = style.getPropertyValue('--border-color-primary'); context.lineWidth = 1;
    for (const level of [0, 0.5, 1]) { context.beginPath(); context.moveTo(...at(0, level * most)); context.lineTo(...at(total - 1, level * most)); context.stroke(); }
    context.strokeStyle = style.getPropertyValue('--color-accent'); context.lineWidth = 2;
    lines.forEach(([, , dash], number) => {
      context.setLineDash(dash); context.beginPath();
      let open = false;
      series[number].forEach((v, i) => { if (v === null) { open = false; return; } context[open ? 'lineTo' : 'moveTo'](...at(i, v)); open = true; });
      context.stroke();
    });
    context.setLineDash([]); context.strokeStyle = style.getPropertyValue('--body-text-color'); context.lineWidth = 1.5;
    context.beginPath(); context.moveTo(at(state.index, 0)[0], 0); context.lineTo(at(state.index, 0)[0], height); context.stroke();
    note.textContent = lines.map(([, label], n) => {
      const v = series[n][state.index];
      return `${label} ${v === null || v === undefined ? '–' : state.chart === 'area' ? Math.round(v).toLocaleString('en') : v.toFixed(2)}`;
    }).join(' · ');
  }
}
function mean(list) { const known = list.filter(v => v !== undefined && v !== null); return known.length ? known.reduce((a, b) => a + b) / known.length : null; }

// ---- a run arrives, or grows ----
async function fetchFigures() {
  const value = state.value, ready = frames();
  if (state.fetching || state.figures.length >= ready) return;
  state.fetching = true;
  try {
    const answer = await server.read({what: 'figures', token: value.token, run: value.run, start: state.figures.length});
    if (state.value.run === value.run && answer.figures) { state.figures.push(...answer.figures); charts(); }
  } finally { state.fetching = false; }
}
function build(value) {
  panes.clear();
  const cards = value.variants.map(variant => {
    const canvas = el('canvas', {width: value.width, height: value.height, role: 'img', 'data-variant': variant.name,
      'aria-label': `${variant.title}: ${words.pane}`, title: words.click_pixel, onclick: event => {
        const rect = canvas.getBoundingClientRect();
        const x = Math.floor((event.clientX - rect.left) / rect.width * value.width);
        const y = Math.floor((event.clientY - rect.top) / rect.height * value.height);
        if (state.playing) play(false);
        state.pixel = {x, y}; draw();
        labels(variant.labels, state.index).then(ids => document.dispatchEvent(
          new CustomEvent('llb-pixel', {detail: {stamp: value.stamp, x, y, target: ids[y * value.width + x]}})));
      }});
    const caption = el('figcaption'), status = el('small', {class: 'pace'});
    const download = el('button', {class: 'download', title: words.download, 'aria-label': `${words.download}: ${variant.title}`, onclick: () => fetchFile(download, {what: 'video', name: variant.name, title: variant.title})}, '⤓');
    const repair = el('button', {class: 'repair-here', title: words.repair_help, onclick: () => {
      if (state.playing) play(false);
      const {token, run} = state.value;
      document.dispatchEvent(new CustomEvent('llb-repair', {detail: {token, run, name: variant.name, index: state.index}}));
    }}, words.repair);
    caption.append(el('b', {}, variant.title), variant.badge ? el('span', {class: 'badge'}, variant.badge) : '', status,
      el('span', {class: 'pane-buttons'}, download, repair));
    const chart = el('canvas', {class: 'chart', 'data-variant': variant.name, onclick: event => {
      const rect = chart.getBoundingClientRect();
      if (state.playing) play(false);
      state.follow = false;
      go(Math.round((event.clientX - rect.left - 4) / (rect.width - 8) * (value.total - 1)));
    }});
    const note = el('small', {class: 'chart-value'});
    panes.set(variant.name, {canvas, status, chart, note});
    return [el('figure', {'data-variant': variant.name}, canvas, caption),
      el('div', {class: 'row'}, el('span', {class: 'row-name'}, el('b', {}, variant.title), note), chart)];
  });
  grid.style.setProperty('--columns', Math.min(value.variants.length, value.variants.length === 4 ? 2 : 3));
  grid.replaceChildren(...cards.map(c => c[0]));
  rows.replaceChildren(...cards.map(c => c[1]));
  const others = value.variants.length > 1 ? value.variants.map(v => [`other ${v.name}`, `${words.difference_to} ${v.title}`]) : [];
  views.replaceChildren(...[['overlay', words.overlay], ['mask', words.mask], ['contour', words.contour], ...others,
    ...(value.truth ? [['truth', words.difference_to_truth]] : [])].map(([v, t]) => el('option', {value: v}, t)));
  views.value = 'overlay'; setView('overlay'); chartTabs();
}
function load(value) {
  box.hidden = !value || !value.variants;
  if (box.hidden) { state.value = null; return; }
  const fresh = !state.value || state.value.run !== value.run || state.value.stamp !== value.stamp;
  const before = fresh ? 0 : frames();
  state.value = value;
  value.version = value.repairs && value.state === 'running' ? `${++state.updates}` : '';
  if (value.repairs && value.state !== 'running') state.figures = [];
  if (fresh) {
    cache.clear();
    Object.assign(state, {figures: [], index: 0, pixel: null, follow: value.state === 'running'});
    build(value);
    showPlaying(false);
    box.dataset.run = JSON.stringify({token: value.token, run: value.run, stamp: value.stamp});
  }
  for (const variant of value.variants) panes.get(variant.name).status.textContent = variant.pace;
  const ready = frames();
  slider.max = Math.max(0, ready - 1);
  if (ready && (fresh || (state.follow && (ready > before || value.repairs)))) {
    go(fresh && value.state !== 'running' && !value.repairs ? Math.floor(ready / 2) : value.latest);
  } else if (ready && value.repairs) go(state.index);
  else if (ready) counter.textContent = `${state.index} / ${ready - 1}`;
  take.hidden = uncertain.hidden = value.state === 'running';
  if (value.state !== 'running' && ready) {
    if (state.follow) { state.follow = false; }
    announce();
  }
  fetchFigures();
}
function announce() { document.dispatchEvent(new CustomEvent('llb-run', {detail: {value: state.value, index: state.index}})); }
document.addEventListener('llb-inside', () => { if (state.value && state.value.state !== 'running' && frames()) announce(); });
new ResizeObserver(() => charts()).observe(box);
watch('value', () => load(props.value));
load(props.value);
