/**
 * Keeps the page's address and what is on show in step, and gives out links to it. It alone writes the history.
 * `props.words` and `props.boxes` (keys of the diagram's boxes) come from demo/page/layout.py.
 */

import { kindsOf } from '../player/series.js';
import { viewsOf } from '../player/views.js';
import { fitting, format, isDeliberate, lasting, parse, runIn } from '../shared/address.js';
import { changes, frames, pixels, restores, runs, views, visits } from '../shared/channels.js';
import { el } from '../shared/element.js';
import { tellSpace } from './space.js';

const CALM = 300; // milliseconds without a change after which a small one is written

let address = null;

export function mount({ element, props, trigger }) {
  const open = (question) => trigger('submit', question);
  address = new Address(element.querySelector('.view-link'), props, open);
  address.start();
}

/** Stay with what is on show: the server did not open what was wanted, and says why. */
export function stay() {
  address.stay();
}

class Address {
  #value = null; // the comparison on show
  #view = {};
  #wanted = null; // the address that is being opened
  #timer;

  /** @param {function({query: string, run: string})} open asks the server for another comparison. */
  constructor(box, { words, boxes }, open) {
    Object.assign(this, { box, words, boxes, open });
  }

  start() {
    this.#lay();
    this.#wanted = parse(location.search);
    window.addEventListener('popstate', ({ state }) => this.#goBack(state));
    runs.listen((message) => (message ? this.#showRun(message.value) : this.#showNothing()));
    frames.listen((message) => this.#showFrame(message));
    pixels.listen(({ stamp, x, y }) => stamp === this.#value?.stamp && this.#change({ pixel: { x, y } }));
    changes.listen((changed) => this.#change(changed));
    visits.listen(({ search }) => this.#visit(search));
  }

  stay() {
    this.#wanted = null;
    this.#replace(this.#url(this.#view));
    if (this.#value) {
      this.#tell();
    }
  }

  get #run() {
    return this.#value ? runIn(this.#value.link) : '';
  }

  #showRun(value) {
    const isFresh = this.#value?.stamp !== value.stamp;
    const before = this.#url(this.#view);
    this.#value = value;
    if (this.#wanted && (isFresh || this.#wanted.run === this.#run)) {
      this.#settle();
    } else if (isFresh) {
      this.#view = lasting(this.#view);
      this.#say('');
      if (history.state?.run === '') {
        this.#replace(this.#url(this.#view)); // nothing was on show there
      } else {
        this.#push(before);
      }
      this.#tell();
    }
  }

  /** Note that no results are on show: the clip has none (yet), or a run is at work. Back leads to those before. */
  #showNothing() {
    if (document.getElementById('stop')) {
      this.#wanted = null; // the run stays on show
    }
    const before = this.#url(this.#view);
    const hadResults = this.#value !== null;
    [this.#value, this.#view] = [null, lasting(this.#view)];
    if (hadResults && !this.#wanted) {
      this.#push(before);
    }
  }

  /** Show the wanted view of the comparison that is there, as far as that has it. */
  #settle() {
    const { view, wrong } = fitting(this.#wanted.view, this.#value, {
      boxes: this.boxes,
      charts: kindsOf(this.#value),
      views: viewsOf(this.#value),
    });
    const unread = [...this.#wanted.wrong, ...wrong];
    this.#wanted = null;
    this.#view = view;
    this.#say(unread.length ? this.words.unread.replace('{}', unread.join(', ')) : '');
    history.replaceState(this.#state, '', location.href);
    this.#tell(); // first: what the player then says belongs to this view
    restores.send({ stamp: this.#value.stamp, view });
  }

  #showFrame({ stamp, index, playing }) {
    const shown = this.#view.frame ?? this.#value?.latest;
    if (stamp === this.#value?.stamp && !playing && index !== shown) {
      this.#change({ frame: index });
    }
  }

  #change(changed) {
    if (!this.#value) {
      return;
    }
    const before = this.#view;
    this.#view = { ...before, ...changed };
    this.#wanted = null;
    if (isDeliberate(before, this.#view)) {
      this.#push(this.#url(before));
    } else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#replace(this.#url(this.#view)), CALM);
    }
    this.#tell();
  }

  /** Go to an address of this page as if a link had been clicked. */
  #visit(search) {
    const wanted = parse(search);
    clearTimeout(this.#timer);
    if (this.#value) {
      this.#replace(this.#url(this.#view));
    }
    const isHere = !wanted.run || wanted.run === this.#run;
    const url = this.#address(format(location.search, wanted.run || this.#run, wanted.view));
    history.pushState(isHere ? this.#state : null, '', url);
    tellSpace(url);
    this.#want(wanted, isHere);
  }

  /** Show what an entry of the history says; `state` has the name of its comparison. */
  #goBack(state) {
    clearTimeout(this.#timer);
    const wanted = parse(location.search);
    tellSpace(location.href);
    const isHere = state?.run ? state.run === this.#value?.run : !wanted.run || wanted.run === this.#run;
    this.#want(wanted, isHere, state?.run);
  }

  #want(wanted, isHere, run = '') {
    this.#wanted = wanted;
    if (isHere && this.#value) {
      this.#settle();
    } else {
      this.open({ query: wanted.run, run });
    }
  }

  #tell() {
    views.send({ value: this.#value, view: this.#view, run: this.#run });
  }

  get #state() {
    return { run: this.#value?.run ?? '' };
  }

  #address(search) {
    return `${location.pathname}${search}${location.hash}`;
  }

  #url(view) {
    return this.#address(format(location.search, this.#run, view));
  }

  /** Make an entry of the history; `before` is the address of what was on show. */
  #push(before) {
    clearTimeout(this.#timer);
    history.replaceState(history.state, '', before);
    const url = this.#url(this.#view);
    history.pushState(this.#state, '', url);
    tellSpace(url);
  }

  #replace(url) {
    history.replaceState(this.#state, '', url);
    tellSpace(url);
  }

  /** Give out a link to what is on show; an own clip has none. */
  async #copy() {
    if (!this.#value) {
      this.#say(this.words.nothing);
      return;
    }
    if (!this.#value.link) {
      this.#say(this.words.not_linkable, el('button', { onclick: () => this.#report() }, this.words.report));
      return;
    }
    const view = { frame: this.#value.latest, ...this.#view };
    const link = `${location.origin}${this.#address(format(location.search, this.#run, view))}`;
    const field = el('input', { readonly: '', value: link, 'aria-label': this.words.link });
    const isCopied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    this.#say(isCopied ? this.words.copied : this.words.copy_by_hand, field);
    field.select();
  }

  #report() {
    document.querySelector('.player [data-export="report"]')?.click();
  }

  #say(sentence, ...more) {
    this.said.replaceChildren(sentence, ...more);
  }

  #lay() {
    this.said = el('span', { role: 'status' });
    const copy = el('button', { class: 'copy-view', onclick: () => this.#copy() }, this.words.copy);
    this.box.append(copy, this.said);
    const query = new URLSearchParams(location.search);
    if (query.get('embed') === '1') {
      document.body.classList.add('embedded');
      const whole = () => location.href.replace(/([?&])embed=1&?/, '$1');
      const link = el('a', { target: '_blank', href: whole() }, this.words.whole_page);
      link.addEventListener('click', () => (link.href = whole()));
      this.box.append(link);
    }
  }
}
