/**
 * The synced player: every pane is drawn from one frame index, so all show the same frame.
 * `props.value` describes a run (demo/page/player_value.py); `server.read` answers questions (demo/inside/server.py).
 */

import { changes, frames, pixels, repairs, restores, runs } from '../shared/channels.js';
import { clamp } from '../shared/numbers.js';
import { Retry } from '../shared/retry.js';
import { asker } from '../shared/server.js';
import { Clock } from './clock.js';
import { Controls } from './controls.js';
import { Figures } from './figures.js';
import { OPACITY, Screen } from './screen.js';
import { Story } from './story.js';
import { TakeAway } from './take_away.js';
import { Timelines } from './timelines.js';

const TELL_EVERY = 500; // milliseconds, while playing, from one frame that the others hear of to the next
const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export function mount({ element, props, server, watch }) {
  const ask = asker((question) => server.read(question), props.words.unreachable);
  const player = new Player(element.querySelector('.player'), props.words, ask);
  watch('value', () => player.load(props.value));
  player.load(props.value);
  restores.listen((message) => player.restore(message));
}

class Player {
  constructor(box, words, ask) {
    Object.assign(this, { box, words, value: null, index: 0, playing: false });
    this.askServer = ask;
    this.follows = false; // whether a run at work takes the clock along
    this.told = 0; // when the others heard of a frame
    this.figures = new Figures({
      ask: (question) => this.ask(question),
      show: (trouble) => this.#showFigures(trouble),
      retry: new Retry(() => this.figures.fetch()),
    });
    this.clock = new Clock();
    const actions = {
      play: () => this.play(!this.playing),
      scrub: (index) => this.visit(index),
      view: (name) => this.#setView(name),
      opacity: (part) => this.screen.setOpacity(part),
      speed: (factor) => (this.clock.speed = factor),
      loop: (on) => (this.clock.loops = on),
    };
    this.controls = new Controls(words, actions, OPACITY);
    this.story = new Story(words, (index) => this.visit(index));
    this.screen = new Screen(words, {
      click: (variant, x, y) => this.#click(variant, { x, y }),
      download: ({ name, title }, button) =>
        this.takeAway.fetchFile(button, { what: 'video', name }, `${title}.mp4`),
      repair: ({ name }) => this.#repair(name),
    });
    this.timelines = new Timelines(words, {
      visit: (index) => this.visit(index),
      choose: (chart) => changes.send({ chart }),
    });
    this.takeAway = new TakeAway(
      words,
      (question) => this.ask(question, Infinity), // a file of a long clip takes minutes
      (index) => this.visit(index),
    );
    this.#lay();
  }

  get last() {
    return this.value ? Math.min(...this.value.variants.map((variant) => variant.done)) - 1 : -1;
  }

  ask(question, limit) {
    const { token, run } = this.value;
    return this.askServer({ ...question, token, run }, limit);
  }

  /** Show a run: a new one, or more of the one that is shown. */
  load(value) {
    this.box.hidden = !value || !value.variants;
    if (this.box.hidden) {
      this.#showPlaying(false);
      this.figures.open(0);
      this.value = null;
      runs.send(null);
      return;
    }
    const isFresh = !this.value || this.value.run !== value.run || this.value.stamp !== value.stamp;
    const before = isFresh ? -1 : this.last;
    const isRewritten = !isFresh && (value.rewrites || this.value.rewrites);
    const isRunning = value.state === 'running';
    this.value = value;
    this.screen.open(value, isFresh);
    this.clock.seconds = value.times;
    if (isFresh || (value.repairs && !isRunning)) {
      this.figures.open(value.total); // a repair has measured frames anew
    }
    if (isFresh) {
      this.#start(isRunning);
    }
    if (isFresh && isRunning) {
      runs.send(null); // the inside comes when the run has ended
    }
    this.story.open(value.story);
    this.timelines.show(value, this.figures.frames, isFresh);
    this.takeAway.offer(value);
    if (this.last >= 0) {
      this.#moveClock({ isFresh, isRewritten, before });
    }
    if (!isRunning && this.last >= 0) {
      this.follows = false;
      runs.send({ value, index: this.index });
    }
    this.figures.want(this.last + 1);
  }

  /** Show the run that is there in a view of it (shared/address.js); what the view leaves out, as at first. */
  restore({ stamp, view }) {
    if (this.value?.stamp !== stamp) {
      return;
    }
    this.pause();
    this.follows = false;
    const show = view.show ?? 'overlay';
    this.controls.showView(show);
    this.screen.setView(show);
    this.timelines.choose(view.chart ?? this.timelines.kinds[0]);
    this.screen.mark(view.pixel ?? null);
    this.go(view.frame ?? this.value.latest);
  }

  /** Go where the run is, unless the visitor looks at another frame; at its end, to the frame that it opens at. */
  #moveClock({ isFresh, isRewritten, before }) {
    const isAtWork = this.value.state === 'running';
    const hasNews = this.last > before || isRewritten || !isAtWork;
    if (isFresh || (this.follows && hasNews)) {
      this.go(this.value.latest);
    } else if (isRewritten) {
      this.go(this.index);
    } else {
      this.controls.showFrame(this.index, this.last);
    }
  }

  /** Go to a frame because the visitor wants to: nothing else moves the clock any more. */
  visit(index) {
    this.pause();
    this.follows = false;
    this.go(index);
  }

  /** Put a frame on the clock; `quiet` keeps it from the page's other components. */
  go(index, quiet = false) {
    if (this.last < 0) {
      return;
    }
    this.index = clamp(index, 0, this.last);
    this.controls.showFrame(this.index, this.last);
    this.screen.show(this.index, this.last);
    this.story.show(this.index);
    this.timelines.mark(this.index);
    if (!quiet) {
      this.told = performance.now();
      frames.send({ stamp: this.value.stamp, index: this.index, playing: this.playing });
    }
  }

  pause() {
    if (this.playing) {
      this.play(false);
    }
  }

  play(on) {
    this.#showPlaying(on);
    this.follows = false;
    if (!on) {
      this.go(this.index);
      return;
    }
    if (this.index >= this.last) {
      this.go(0);
    }
    this.clock.start(performance.now());
    requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now) {
    if (!this.playing || !this.box.isConnected) {
      return;
    }
    if (this.screen.isCurrent && this.clock.isDue(now)) {
      const next = this.clock.following(this.index, this.last);
      if (next === null) {
        this.play(false);
        return;
      }
      this.clock.schedule(this.index, now);
      this.go(next, now < this.told + TELL_EVERY);
    }
    requestAnimationFrame((later) => this.#tick(later));
  }

  #setView(show) {
    this.screen.setView(show);
    changes.send({ show });
  }

  #showPlaying(on) {
    this.playing = on;
    this.controls.showPlaying(on);
  }

  #showFigures(trouble) {
    this.timelines.trouble.textContent = trouble;
    this.timelines.show(this.value, this.figures.frames);
  }

  async #click(variant, place) {
    this.pause();
    this.screen.mark(place);
    const { stamp } = this.value;
    const target = await this.screen.objectAt(variant, place).catch(() => 0); // the screen says what failed
    pixels.send({ stamp, ...place, target });
  }

  #repair(name) {
    this.pause();
    const { token, run } = this.value;
    repairs.send({ token, run, name, index: this.index });
  }

  /** Begin with another run. */
  #start(isRunning) {
    Object.assign(this, { index: 0, follows: isRunning });
    this.timelines.build(this.value);
    this.controls.offerViews(this.value);
    this.#showPlaying(false);
    const { token, run, stamp } = this.value;
    this.box.dataset.run = JSON.stringify({ token, run, stamp });
  }

  #lay() {
    const { box, controls, screen, timelines, takeAway } = this;
    box.append(controls.node, this.story.node, screen.grid, screen.trouble, screen.legend);
    box.append(timelines.node, ...takeAway.nodes);
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', this.words.player);
    box.addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event) {
    const { tagName } = event.target;
    if (['SELECT', 'INPUT', 'BUTTON'].includes(tagName) && event.target !== this.controls.slider) {
      return;
    }
    if (event.key in MOVES) {
      event.preventDefault();
      this.visit(this.index + MOVES[event.key]);
    } else if (event.key === ' ') {
      event.preventDefault();
      this.play(!this.playing);
    }
  }
}
