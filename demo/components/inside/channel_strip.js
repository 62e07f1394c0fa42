/** Which channels E1 and E2 of a model use: a cell per channel. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { absence } from './pieces.js';

/** Count the channels that are live in E1 only, in E2 only, in both, and in neither. */
export function countLive({ value, label, least }) {
  const counts = { e1: 0, e2: 0, both: 0, dead: 0 };
  value.forEach((size, channel) => {
    const [one, other] = [size > least, label[channel] > least];
    counts[one && other ? 'both' : one ? 'e1' : other ? 'e2' : 'dead'] += 1;
  });
  return counts;
}

/**
 * Return for each channel which of E1 and E2 use it in any of the models, in words; '' for a dead one.
 * @param {Array<Object>} answers the server's to "channels"; those without channels do not count.
 */
export function usesOf(answers) {
  const counted = answers.filter(({ value }) => value);
  const isLive = (key, channel) => counted.some((answer) => answer[key][channel] > answer.least);
  return (counted[0]?.value ?? []).map((_, channel) =>
    [isLive('value', channel) && 'E1', isLive('label', channel) && 'E2'].filter(Boolean).join(', '),
  );
}

/** The strips of the models on show; they stay while the question stays the same. */
export class ChannelStrips {
  constructor(words) {
    this.words = words;
    this.asked = '';
    /** By channel, see `usesOf`. */
    this.uses = [];
    this.node = el('div', { class: 'strips' });
  }

  /** Let the next answer be shown, whatever is there. */
  forget() {
    this.asked = '';
  }

  async show(subject) {
    const key = [subject.value.stamp, subject.target, ...subject.models.map(({ name }) => name)].join();
    if (key === this.asked) {
      return;
    }
    const found = await subject.askAll('channels');
    if (subject.isShown) {
      const strips = found.map(([model, answer]) => channelStrip(model, answer, this.words));
      const head = [el('h3', {}, this.words.channel_strip), el('p', {}, this.words.channel_meaning)];
      this.node.replaceChildren(...head, el('div', { class: 'pair' }, ...strips));
      this.uses = usesOf(found.map(([, answer]) => answer));
      this.asked = subject.lacks ? '' : key;
    }
  }
}

/**
 * Make the strip of a model.
 * @param {{name: string, title: string}} model
 * @param {Object} answer the server's to "channels".
 * @param {Object} words
 */
function channelStrip(model, answer, words) {
  const section = el('section', { 'data-model': model.name }, el('h4', {}, model.title));
  if (!answer.value) {
    section.append(absence(answer));
    return section;
  }
  const counts = Object.entries(countLive(answer)).reduce(
    (text, [name, count]) => text.replace(`{${name}}`, count),
    words.channel_counts,
  );
  const rule = words.channel_rule.replace('{least}', answer.least).replace('{frames}', answer.frames);
  const cosine = isKnown(answer.cosine) ? words.channel_cosine.replace('{}', fixed(answer.cosine, 3)) : '';
  section.append(
    el(
      'div',
      { class: 'strip', role: 'img', 'aria-label': counts },
      row('E1', answer.value, answer, words),
      row('E2', answer.label, answer, words),
    ),
    el('p', {}, `${counts} `, cosine, el('br'), el('small', {}, rule)),
  );
  return section;
}

function row(name, sizes, { least }, words) {
  const all = sizes.map((size, channel) => {
    const title = words.channel_cell
      .replace('{channel}', channel)
      .replace('{name}', name)
      .replace('{size}', fixed(size, 2));
    return el('i', { class: size > least ? name.toLowerCase() : 'dead', title });
  });
  return el('div', { class: 'strip-row' }, el('b', {}, name), ...all);
}
