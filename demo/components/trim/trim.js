// Two handles over a filmstrip: which part of an uploaded file is used. `props.value` is made by demo/filmstrip.py.
const box = element.querySelector('.trim');
const words = props.words;
const state = {value: null};
const handle = (kind, label) => el('input', {type: 'range', min: 0, max: 1, step: 1, class: kind, 'aria-label': label, oninput: () => { hold(kind); show(); }});
const start = handle('start', words.start), end = handle('end', words.end);
const strip = el('div', {class: 'strip', 'aria-hidden': 'true'}), cover = el('i', {class: 'cover'});
const stride = el('select', {'aria-label': words.stride, onchange: () => show()}, ...[1, 2, 3, 5, 10].map(n => el('option', {value: n}, n === 1 ? words.every : words.every_nth.replace('{}', n))));
const facts = el('p', {class: 'facts', 'aria-live': 'polite'});
const use = el('button', {class: 'use', type: 'button', onclick: () => {
  use.disabled = true;
  trigger('submit', {start: Number(start.value), end: Number(end.value), stride: Number(stride.value)});
}}, words.use);
box.append(el('p', {class: 'head'}, words.head), el('div', {class: 'film'}, strip, cover, start, end), el('div', {class: 'line'}, stride, use), facts);

function hold(moved) { // the ends keep two frames between them
  const least = 2 * Number(stride.value);
  if (Number(end.value) - Number(start.value) >= least) return;
  if (moved === 'start') start.value = Math.max(0, Number(end.value) - least);
  else end.value = Math.min(state.value.total, Number(start.value) + least);
}
function show() {
  const {total, fps, most, start: from, end: to, stride: step} = state.value;
  const [first, last, by] = [start, end, stride].map(input => Number(input.value)), count = Math.ceil((last - first) / by), used = Math.min(count, most);
  cover.style.left = `${100 * first / total}%`; cover.style.right = `${100 - 100 * last / total}%`;
  facts.textContent = words.facts.replace('{first}', first).replace('{last}', last - 1).replace('{total}', total).replace('{count}', used.toLocaleString('en'))
    .replace('{seconds}', ((last - first) / fps).toFixed(1)) + (count > most ? ` ${words.most.replace('{}', most.toLocaleString('en'))}` : '');
  use.disabled = first === from && last === Math.min(to, total) && by === step;
}
function load(value) {
  box.hidden = !value || !value.total;
  if (box.hidden) return;
  state.value = value;
  strip.replaceChildren(...value.strip.map(src => el('img', {src, alt: ''})));
  for (const input of [start, end]) input.max = value.total;
  start.value = value.start; end.value = Math.min(value.end, value.total); stride.value = value.stride;
  show();
}
watch('value', () => load(props.value));
load(props.value);
