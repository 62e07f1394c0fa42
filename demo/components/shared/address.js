/**
 * The page's address: which comparison is on show, and the view of it. Pure functions between a query and plain values.
 * A view has only what differs from the way a comparison opens (see the readers below); `lesson` is a lesson's page.
 */

const RUN = ['clip', 'run', 'models', 'memory', 'interval', 'steps', 'search', 'shared']; // demo/page/view_link.py
const PIXEL = /^(\d{1,5}),(\d{1,5})$/;
const LONGEST = 100; // characters of a name

/** How each part of a view is read; undefined for what cannot be one. Gradio has `view`, `page`, `ui` for itself. */
const READERS = {
  frame: integer,
  show: text,
  chart: text,
  object: integer,
  model: text,
  beside: text,
  box: text,
  channels: text,
  scale: text,
  past: integer,
  pixel: (written) => {
    const found = PIXEL.exec(written);
    return found ? { x: Number(found[1]), y: Number(found[2]) } : undefined;
  },
  lesson: integer,
};
export const NONE = 'none'; // as `beside`: no second model
const PUSHED = ['box', 'lesson']; // what makes an entry of the history; other changes replace the newest one
const LASTING = ['box', 'channels', 'scale', 'chart', 'lesson']; // what stays when another comparison is shown

/**
 * Read a query.
 * @param {string} search as of `location.search`.
 * @returns {{run: string, view: Object, wrong: Array<string>}} the comparison as a query of its own, empty for none;
 *   the view; and the names of what cannot be read.
 */
export function parse(search) {
  const query = new URLSearchParams(search);
  const view = {};
  const wrong = [];
  for (const [name, read] of Object.entries(READERS)) {
    const written = query.get(name);
    if (written === null) {
      continue;
    }
    const value = read(written);
    if (value === undefined) {
      wrong.push(name);
    } else {
      view[name] = value;
    }
  }
  return { run: runOf(query), view, wrong };
}

/**
 * Write a query: of a comparison (a query of its own), a view, and what else stands in `search`, which is kept.
 * @returns {string} as `location.search`: empty, or with a question mark.
 */
export function format(search, run, view) {
  const query = new URLSearchParams(run);
  for (const name of Object.keys(READERS)) {
    const value = view[name];
    if (value !== undefined) {
      query.set(name, name === 'pixel' ? `${value.x},${value.y}` : String(value));
    }
  }
  for (const [name, value] of new URLSearchParams(search)) {
    if (!RUN.includes(name) && !(name in READERS)) {
      query.append(name, value);
    }
  }
  const written = query.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%7E', '~');
  return written && `?${written}`;
}

/**
 * Keep of a view what a comparison has.
 * @param {Object} view
 * @param {Object} value the comparison (demo/page/player_value.py).
 * @param {{boxes: Array<string>, charts: Array<string>, views: Array<string>}} offered
 * @returns {{view: Object, wrong: Array<string>}} `wrong` names what it does not have.
 */
export function fitting(view, value, { boxes, charts, views }) {
  const names = value.variants.map(({ name }) => name);
  const isFrame = (index) => index < value.total;
  const fits = {
    frame: isFrame,
    show: (name) => views.includes(name),
    chart: (name) => charts.includes(name),
    object: (id) => value.objects.some((object) => object.id === id),
    model: (name) => names.includes(name),
    beside: (name) => name === NONE || names.includes(name),
    box: (name) => boxes.includes(name),
    channels: (how) => ['pca', 'mean', 'max'].includes(how) || isChannel(how, value.channels),
    scale: (name) => ['unit', 'clip'].includes(name),
    past: isFrame,
    pixel: ({ x, y }) => x < value.width && y < value.height,
    lesson: () => true,
  };
  const entries = Object.entries(view);
  return {
    view: Object.fromEntries(entries.filter(([name, part]) => fits[name](part))),
    wrong: entries.filter(([name, part]) => !fits[name](part)).map(([name]) => name),
  };
}

/** Tell whether the way from one view to another is a step that Back goes back. */
export function isDeliberate(before, after) {
  return PUSHED.some((name) => before[name] !== after[name]);
}

/** Return what is left of a view when another comparison is shown. */
export function lasting(view) {
  return Object.fromEntries(Object.entries(view).filter(([name]) => LASTING.includes(name)));
}

/** Return the part of a query that says which comparison it is, in one form; empty if it names no clip. */
export function runIn(search) {
  return runOf(new URLSearchParams(search));
}

function runOf(query) {
  const named = RUN.filter((name) => query.has(name)).map((name) => [name, query.get(name)]);
  return query.has('clip') ? new URLSearchParams(named).toString() : '';
}

function isChannel(how, count) {
  return /^\d+$/.test(how) && Number(how) < (count || Infinity); // none are known until something is stored
}

function integer(written) {
  return /^\d{1,6}$/.test(written) ? Number(written) : undefined;
}

function text(written) {
  return written && written.length <= LONGEST ? written : undefined;
}
