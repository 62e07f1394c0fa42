/**
 * The lesson: a panel whose pages open views of this page and tick themselves off.
 * `props.pages` is the lesson as data (demo/lesson/pages.py). What is on show it hears from the address, which alone
 * opens views.
 */

import { runIn } from '../shared/address.js';
import { changes, frames, views, visits } from '../shared/channels.js';
import { el } from '../shared/element.js';
import { scrollTo } from '../shared/motion.js';
import { Progress, isDone } from './progress.js';
import { questionNode } from './question.js';

const ACTS = ['pointerdown', 'keydown', 'wheel', 'touchmove']; // of a reader who looks elsewhere
const OUTLINE = '{ outline: 3px solid var(--lesson); outline-offset: 3px; }';
const NARROW = '(max-width: 900px)'; // the panel is below
const SHEET = `@media ${NARROW} { html { scroll-padding-bottom: 50vh } }`;

export function mount({ element, props }) {
  const lesson = new Lesson(element.querySelector('.lesson'), props);
  views.listen((message) => lesson.follow(message));
  frames.listen((message) => lesson.follow({ frame: message.index, stamp: message.stamp }));
}

class Lesson {
  #seen = {}; // what is on show
  #stamp = ''; // of the comparison
  #run = ''; // its part of the address
  #looking = new ResizeObserver(() => this.#bring()); // at the page's size, which moves what a page is about

  constructor(box, { words, pages }) {
    Object.assign(this, { box, words, pages, number: 0 }); // pages count from 1; 0: closed
    this.progress = new Progress(() => window.localStorage);
    this.#lay();
    ACTS.forEach((act) =>
      window.addEventListener(act, () => this.#looking.disconnect(), { capture: true, passive: true }),
    );
  }

  get page() {
    return this.pages[this.number - 1];
  }

  /** Take in what is on show: {value, view, run} of the address, or {frame, stamp} while the player plays. */
  follow({ value, view, run, frame, stamp }) {
    if (view) {
      this.#seen = { ...view, frame: view.frame ?? value.latest };
      [this.#stamp, this.#run] = [value.stamp, run];
      this.#turnTo(Math.min(view.lesson ?? 0, this.pages.length));
    } else if (stamp === this.#stamp) {
      this.#seen = { ...this.#seen, frame };
    }
    this.#check();
  }

  /** Open a page as its address says. */
  open(number) {
    this.#visit(this.pages[number - 1].address, number);
  }

  close() {
    changes.send({ lesson: undefined });
    this.opener.focus();
  }

  #visit(address, number) {
    visits.send({ search: `?${address}&lesson=${number}` });
  }

  /** Show a page; what it is about is brought into view when it comes. */
  #turnTo(number) {
    if (number === this.number) {
      return;
    }
    const wasOpen = this.number > 0;
    this.number = number;
    this.room.classList.toggle('has-lesson', number > 0);
    this.panel.hidden = number === 0;
    if (number === 0) {
      this.highlight.textContent = '';
      this.#looking.disconnect();
      this.#showProgress();
      return;
    }
    this.progress.visit(number);
    this.#show();
    if (wasOpen || document.activeElement === this.opener) {
      this.title.focus({ preventScroll: true });
    }
    this.#look();
  }

  #check() {
    const { page } = this;
    if (!page) {
      return;
    }
    const isAnswered = this.progress.answers[page.name] !== undefined;
    const isOther = this.#run !== runIn(page.address);
    if (isDone(page.done, { ...this.#seen, isAnswered, isOther }) && this.progress.tick(page.name)) {
      this.#showProgress();
    }
  }

  #answer(option) {
    this.progress.answer(this.page.name, option);
    this.#showQuestion();
    this.#check();
    if (this.page.question.address) {
      this.#visit(this.page.question.address, this.number);
    }
    this.asked.querySelector('.plain')?.focus();
  }

  #show() {
    const { page, number, pages, words } = this;
    this.title.textContent = `${number} · ${page.title}`;
    this.text.textContent = page.text;
    this.task.replaceChildren(el('b', {}, words.task), ` ${page.task}`);
    this.highlight.textContent = `${page.highlight} ${OUTLINE} ${SHEET}`;
    this.back.disabled = number === 1;
    this.next.textContent = number === pages.length ? words.finish : words.next;
    this.#showQuestion();
    this.#showProgress();
    this.scroller.scrollTop = 0;
  }

  #showQuestion() {
    const { page, words } = this;
    const { question, name } = page;
    const show = () => this.#visit(question.address, this.number);
    const context = { words, choose: (option) => this.#answer(option), show };
    this.asked.replaceChildren(
      ...(question ? [questionNode(question, this.progress.answers[name], context)] : []),
    );
  }

  #showProgress() {
    const { done } = this.progress;
    const { words, pages } = this;
    const count = pages.filter(({ name }) => done.includes(name)).length;
    this.opener.textContent = count ? `${words.lesson} · ${count}/${pages.length}` : words.lesson;
    this.opener.setAttribute('aria-expanded', String(this.number > 0));
    this.dots.replaceChildren(...pages.map((page, place) => this.#dot(page, place + 1)));
    const isTicked = this.page && done.includes(this.page.name);
    this.panel.classList.toggle('ticked', Boolean(isTicked));
    this.ticked.textContent = isTicked ? `✓ ${words.done}` : '';
  }

  #dot({ name, title }, number) {
    const isTicked = this.progress.done.includes(name);
    const label = `${number} · ${title}${isTicked ? ` (${this.words.done})` : ''}`;
    return el(
      'button',
      {
        class: isTicked ? 'ticked' : null,
        'aria-current': number === this.number ? 'step' : null,
        'aria-label': label,
        title: label,
        onclick: () => this.open(number),
      },
      isTicked ? '✓' : String(number),
    );
  }

  /** Bring what the page is about into view, and keep it there while the page grows above it, until the reader acts. */
  #look() {
    this.#looking.disconnect();
    this.#looking.observe(document.body); // tells its size at once
  }

  #bring() {
    const { highlight } = this.page;
    const found = document.querySelector(highlight);
    if (found?.offsetParent) {
      const isTall = found.offsetHeight > window.innerHeight / 2;
      scrollTo(found, isTall || window.matchMedia(NARROW).matches ? 'start' : 'center');
    } else if (highlight.startsWith('.inside')) {
      scrollTo(document.getElementById('inside-title')); // where it will be
    }
  }

  #lay() {
    const { words } = this;
    this.opener = el('button', { class: 'lesson-open', onclick: () => this.#toggle() });
    this.highlight = el('style');
    this.dots = el('nav', { class: 'dots', 'aria-label': words.pages });
    this.title = el('h2', { tabindex: -1 });
    this.text = el('p');
    this.task = el('p', { class: 'task' });
    this.asked = el('div');
    this.ticked = el('span', { class: 'tick', role: 'status' });
    this.scroller = el('div', { class: 'page' }, this.title, this.text, this.task, this.asked);
    this.back = el('button', { class: 'back', onclick: () => this.open(this.number - 1) }, words.back);
    this.next = el('button', { class: 'next', onclick: () => this.#goOn() });
    const again = el('button', { class: 'plain', title: words.again_help }, words.again);
    again.addEventListener('click', () => this.open(this.number));
    const close = el(
      'button',
      { class: 'close', 'aria-label': words.close, onclick: () => this.close() },
      '✕',
    );
    const address = `${window.gradio_config.root}${words.worksheet_address}`;
    const worksheet = el('a', { href: address, target: '_blank' }, words.worksheet);
    this.panel = el(
      'aside',
      { class: 'lesson-panel', 'aria-label': words.lesson, hidden: '' },
      el('div', { class: 'head' }, this.dots, close),
      this.scroller,
      el('div', { class: 'foot' }, this.back, this.ticked, this.next, el('small', {}, again, worksheet)),
    );
    this.panel.addEventListener('keydown', ({ key }) => key === 'Escape' && this.close());
    this.box.append(this.opener, this.highlight);
    this.room = document.getElementById('main').parentElement;
    this.room.append(this.panel); // beside all, not in the bar
    this.#showProgress();
  }

  #toggle() {
    if (this.number) {
      this.close();
    } else {
      this.open(Math.min(this.progress.page, this.pages.length));
    }
  }

  #goOn() {
    if (this.number === this.pages.length) {
      this.close();
    } else {
      this.open(this.number + 1);
    }
  }
}
