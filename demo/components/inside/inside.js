// The inside of one or two models at the player's frame: the live diagram, a part in detail, gates, learner, memory.
const box = element.querySelector('.inside');
const words = props.words, parts = props.parts;
const state = {value: null, index: 0, models: ['', ''], target: 1, how: 'pca', part: 'gate_transduced', pixel: null, figures: []};
const COLUMNS = [['frame', 'region', 'source'], ['value', 'label', 'weight'], ['memory', 'tau'],
  ['transduced', 'gate_transduced', 'induced', 'gate_induced'], ['fused', 'mask']];

// ---- controls ----
const pick = (label, change, kind) => el('label', {class: 'pick'}, el('span', {}, label),
  el('select', {class: kind, 'aria-label': label, onchange: event => change(event.target.value)}));
const first = pick(words.model, v => { state.models[0] = v; refresh(); }, 'first-model');
const second = pick(words.beside, v => { state.models[1] = v; refresh(); }, 'second-model');
const target = pick(words.object, v => { state.target = Number(v); refresh(); }, 'target');
const how = pick(words.reduction, v => { state.how = v; refresh(); }, 'reduction');
how.title = words.reduction_help;
const options = (label, list, value) => {
  const select = label.querySelector('select');
  select.replaceChildren(...list.map(([v, t]) => el('option', {value: v}, t)));
  select.value = value;
};
const where = el('span', {class: 'where', 'aria-live': 'polite'});
const glossary = el('div', {class: 'glossary'});
const diagrams = el('div', {class: 'diagrams'});
const details = el('div', {class: 'details'});
const extras = el('div', {class: 'extras'});
const looked = el('div', {class: 'looked'});
box.append(el('div', {class: 'controls'}, first, second, target, how, where), glossary, diagrams, details, looked, extras);

const shown = () => state.models.filter(name => name);
const titleOf = name => state.value.variants.find(v => v.name === name)?.title || name;
const ask = (what, name, more = {}) => server.read({what, token: state.value.token, run: state.value.run, name, target: state.target, index: state.index, ...more});

// ---- one request at a time per kind; the newest wins ----
const busy = {}, waiting = {};
async function latest(kind, work) {
  waiting[kind] = work;
  if (busy[kind]) return;
  busy[kind] = true;
  try {
    while (waiting[kind]) { const next = waiting[kind]; waiting[kind] = null; await next(); }
  } finally { busy[kind] = false; }
}

function refresh(light = false) {
  if (!state.value) return;
  latest('all', async () => {
    const index = state.index, answers = await Promise.all(shown().map(name => ask('diagram', name, {how: state.how})));
    if (answers[0]?.error) { where.textContent = answers[0].error; return; }
    const kept = answers[0]?.index ?? index;
    where.textContent = `${words.frame} ${index}` + (kept === index ? '' : ` (${words.kept.replace('{}', kept)})`);
    diagrams.replaceChildren(...answers.map((answer, i) => diagram(shown()[i], answer)), ...note(answers[0].explained));
    glossary.replaceChildren(...['value', 'label', 'gate_transduced', 'gate_induced'].map(key => term(key, answers[0].boxes[key])));
    diagrams.dataset.frame = index;
    await detail();
    if (!light) { await extra(); if (state.pixel) await look(); }
  });
}

// ---- the four terms to know, with their pictures at this frame ----
function term(key, found) {
  const part = parts[key];
  const view = found.src ? el('img', {src: found.src, alt: `${part.symbol}: ${part.title}`, class: 'cells'}) : el('span', {class: 'absent'}, el('small', {}, found.absent));
  return el('figure', {'data-term': key}, view, el('figcaption', {}, el('b', {}, part.symbol), el('span', {}, part.sentence), el('code', {}, found.formula)));
}

// ---- the diagram ----
function diagram(name, answer) {
  const columns = COLUMNS.map((keys, number) => el('div', {class: 'column', 'data-step': words.steps[number]},
    ...keys.map(key => card(name, key, answer.boxes[key], answer))));
  return el('section', {'data-model': name}, el('h4', {}, titleOf(name), ' ',
    el('small', {}, state.value.variants.find(v => v.name === name).difference)), el('div', {class: 'flow'}, ...columns));
}
function note(explained) {
  if (explained === null || state.how !== 'pca') return [];
  return [el('p', {class: 'hint'}, words.explained.replace('{}', Math.round(100 * explained)))];
}
function card(name, key, found, answer) {
  const part = parts[key];
  const inner = found.absent
    ? el('span', {class: 'absent'}, key.startsWith('gate') && !found.absent.startsWith('Frame') ? '+' : '∅', el('small', {}, found.absent))
    : key === 'memory' ? el('span', {class: 'memory'}, ...found.frames.map(f => el('i', {title: `${words.frame} ${f}`})), el('small', {}, words.frames_in_memory.replace('{}', found.count)))
    : key === 'tau' ? sparkline(found.losses[0])
    : el('img', {src: found.src, alt: `${found.symbol}: ${part.title}`, class: part.feature ? 'cells' : ''});
  return el('button', {class: `part ${state.part === key ? 'chosen' : ''}`, 'data-part': key, title: part.sentence,
    'aria-pressed': String(state.part === key), onclick: () => { state.part = key; refresh(true); details.scrollIntoView({block: 'nearest', behavior: 'smooth'}); }},
    el('span', {class: 'name'}, el('b', {}, found.symbol), ` ${part.title}`), inner);
}
function sparkline(fit) {
  if (!fit) return el('span', {class: 'absent'}, '–');
  return el('span', {class: 'spark'}, curve(fit.losses, 120, 44, '', Math.max(...fit.losses), 0.98 * Math.min(...fit.losses)), el('small', {}, words.fitted_at.replace('{}', fit.frame)));
}
const NS = 'http://www.w3.org/2000/svg';
function curve(values, width, height, dash = '', most = Math.max(...values), least = 0) {
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`); svg.setAttribute('class', 'curve'); svg.setAttribute('preserveAspectRatio', 'none');
  let path = '', open = false;
  values.forEach((v, i) => {
    if (v === null || v === undefined) { open = false; return; }
    const x = 2 + (width - 4) * i / Math.max(1, values.length - 1), y = height - 3 - (height - 6) * (v - least) / Math.max(1e-12, most - least);
    path += `${open ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`; open = true;
  });
  const line = document.createElementNS(NS, 'path');
  line.setAttribute('d', path); line.setAttribute('stroke-dasharray', dash); svg.append(line);
  return svg;
}

// ---- one part, large ----
async function detail() {
  const answers = await Promise.all(shown().map(name => ask('detail', name, {key: state.part, how: state.how})));
  const part = parts[state.part];
  const head = el('div', {class: 'about'}, el('h4', {}, el('b', {}, part.symbol), ` · ${part.title}`), el('p', {}, part.sentence));
  details.replaceChildren(head, el('div', {class: 'pair'}, ...answers.map((answer, i) => large(shown()[i], answer))));
  details.dataset.part = state.part;
}
function large(name, answer) {
  const facts = el('dl', {}, el('dt', {}, words.formula), el('dd', {class: 'formula'}, answer.formula || '–'));
  const fact = (term, text) => facts.append(el('dt', {}, term), el('dd', {}, text));
  if (answer.shape) fact(words.shape, answer.shape);
  if (answer.stats) fact(words.stats, Object.entries(answer.stats).map(([k, v]) => `${k} ${v.toFixed(3)}`).join(', '));
  const value = el('output', {class: 'hover', 'aria-live': 'off'}, answer.values ? words.hover : '');
  let view = el('p', {class: 'absent'}, answer.absent || '');
  if (answer.src) {
    const image = el('img', {src: answer.src, alt: part_alt(answer), class: answer.values ? 'cells' : ''});
    if (answer.values) image.addEventListener('pointermove', event => {
      const rect = image.getBoundingClientRect(), rows = answer.values.length, columns = answer.values[0].length;
      const row = Math.min(rows - 1, Math.max(0, Math.floor((event.clientY - rect.top) / rect.height * rows)));
      const column = Math.min(columns - 1, Math.max(0, Math.floor((event.clientX - rect.left) / rect.width * columns)));
      value.textContent = `${words.row} ${row}, ${words.column} ${column}: ${answer.values[row][column].toFixed(3)}`;
      value.dataset.value = answer.values[row][column];
    });
    view = el('div', {class: 'picture'}, image);
  }
  if (answer.losses) view = el('div', {class: 'fits'}, ...answer.losses.map(fit => el('figure', {}, curve(fit.losses, 160, 60),
    el('figcaption', {}, `${words.frame} ${fit.frame}: ${fit.losses[0].toPrecision(2)} → ${fit.losses.at(-1).toPrecision(2)}`))));
  if (answer.frames) view = el('p', {}, words.memory_holds.replace('{}', answer.frames.join(', ')));
  const caption = answer.caption ? el('figcaption', {}, answer.caption === 'PCA' ? words.pca_caption : answer.caption, scale(answer)) : null;
  return el('figure', {class: 'large', 'data-model': name}, el('h5', {}, titleOf(name)), view, caption, value, facts);
}
const part_alt = answer => `${answer.symbol}: ${answer.title}`;
function scale(answer) {
  if (!answer.bar) return null;
  const digits = answer.bar === 'cividis' ? 0 : 2;
  return el('span', {class: 'scale'}, answer.low.toFixed(digits), el('i', {class: answer.bar, role: 'img', 'aria-label': words.bar}), answer.high.toFixed(digits));
}

// ---- over the clip: cosine, gates' difference, memory ----
async function extra() {
  const names = shown();
  const [gates, strips] = await Promise.all([Promise.all(names.map(n => ask('gate_difference', n))), Promise.all(names.map(n => ask('filmstrip', n)))]);
  if (state.figures.length < state.value.total) {
    const answer = await server.read({what: 'figures', token: state.value.token, run: state.value.run, start: 0});
    state.figures = answer.figures || [];
  }
  const cards = names.map((name, i) => {
    const series = state.figures.map(f => f[name]?.objects[state.target]?.cosine ?? null), now = series[state.index];
    const gate = gates[i].src
      ? el('div', {class: 'picture'}, el('img', {src: gates[i].src, class: 'cells', alt: words.gate_difference}),
        el('span', {class: 'scale'}, '-1', el('i', {class: 'diverging', role: 'img', 'aria-label': words.bar}), '+1'))
      : el('p', {class: 'absent'}, gates[i].absent || '');
    const film = el('div', {class: 'film', tabindex: 0, 'aria-label': words.memory}, ...(strips[i].memory || []).map(m => el('figure', {}, el('img', {src: m.src, alt: `${words.frame} ${m.frame}`}),
      el('figcaption', {}, `${words.frame} ${m.frame}`, el('meter', {min: 0, max: 1, value: m.weight, title: words.temporal_weight}), m.weight.toFixed(3)))));
    return el('section', {'data-model': name}, el('h4', {}, titleOf(name)),
      el('div', {class: 'trio'},
        el('figure', {}, el('h5', {title: words.cosine_help}, words.cosine), curve(series, 300, 70, '', 1, -0.2), el('figcaption', {}, now === null || now === undefined ? '–' : `${words.now} ${now.toFixed(3)}`)),
        el('figure', {}, el('h5', {title: words.gate_difference_help}, words.gate_difference), gate)),
      el('h5', {title: words.memory_help}, words.memory), film);
  });
  extras.replaceChildren(...cards);
}

// ---- a clicked pixel ----
async function look() {
  const {x, y} = state.pixel;
  const answers = await Promise.all(shown().map(name => ask('pixel', name, {y, x})));
  const views = answers.map((answer, i) => {
    const head = el('h4', {}, titleOf(shown()[i]), ' ', el('small', {}, answer.cell ? words.cell.replace('{}', answer.cell.join(', ')) : words.outside));
    const film = answer.memory.length
      ? el('div', {class: 'film', tabindex: 0}, ...answer.memory.map(m => el('figure', {}, el('img', {src: m.src, alt: `${words.frame} ${m.frame}`}),
        el('figcaption', {'data-part': m.part}, `${words.frame} ${m.frame}: ${(100 * m.part).toFixed(1)} %`))))
      : answer.cell ? el('p', {class: 'absent'}, words.nothing_asked) : null;
    const {gate_transduced: one, gate_induced: other} = answer.gates, known = one.some(v => v !== null);
    const gates = known ? el('figure', {class: 'gates'}, el('h5', {}, words.gates_here),
      el('div', {class: 'overlaid'}, curve(one, 300, 70, '', 1), curve(other, 300, 70, '5 4', 1)),
      el('figcaption', {}, `γ1 ${format(one[state.index])} (——), γ2 ${format(other[state.index])} (– –)`)) : null;
    return el('section', {'data-model': shown()[i], 'data-target': state.target}, head, film, gates);
  });
  looked.replaceChildren(el('h4', {}, words.looked.replace('{}', `${x}, ${y}`)), el('p', {class: 'hint'}, words.looked_help), ...views);
  looked.dataset.pixel = `${x},${y}`; looked.dataset.frame = state.index;
}
const format = v => v === null || v === undefined ? '–' : v.toFixed(2);

// ---- events ----
document.addEventListener('llb-run', event => {
  if (!document.body.contains(box)) return;
  const {value, index} = event.detail, fresh = !state.value || state.value.run !== value.run || state.value.stamp !== value.stamp;
  state.value = value; box.hidden = false;
  if (!fresh) return;
  const names = value.variants.map(v => v.name), list = value.variants.map(v => [v.name, v.title]);
  Object.assign(state, {index, models: [names[0], names[1] || ''], target: value.objects[0].id, pixel: null, figures: []});
  options(first, list, state.models[0]);
  options(second, [['', words.alone], ...list], state.models[1]);
  options(target, value.objects.map(o => [o.id, o.name ? `${o.id} · ${o.name}` : String(o.id)]), state.target);
  options(how, [['pca', words.pca], ['mean', words.mean], ['max', words.max], ...Array.from({length: value.channels}, (_, k) => [String(k), `${words.channel} ${k}`])], state.how);
  looked.replaceChildren(el('p', {class: 'hint'}, words.click_pixel));
  refresh();
});
document.addEventListener('llb-frame', event => {
  if (state.value?.stamp !== event.detail.stamp || !document.body.contains(box)) return; // another run is at work
  state.index = event.detail.index;
  refresh(event.detail.playing);
});
document.addEventListener('llb-pixel', event => {
  if (state.value?.stamp !== event.detail.stamp) return;
  state.pixel = event.detail;
  if (event.detail.target && event.detail.target !== state.target) { // a click on another object asks about that one
    state.target = event.detail.target;
    target.querySelector('select').value = state.target;
    refresh();
  } else latest('pixel', look);
});
document.dispatchEvent(new Event('llb-inside'));
