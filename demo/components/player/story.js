/** What there is to see at the frame of an example's story; at other frames, the way back to it. */

import { el } from '../shared/element.js';

export class Story {
  /** @param {function(number)} visit goes to a frame. */
  constructor(words, visit) {
    Object.assign(this, { words, story: null });
    this.text = el('p', { role: 'status' });
    this.back = el('button', { onclick: () => visit(this.story.frame) });
    this.node = el('div', { class: 'story', hidden: true }, this.text, this.back);
  }

  /** Take the story of a run; null if it has none. */
  open(story) {
    this.story = story;
    this.node.hidden = !story;
    this.text.textContent = story?.text ?? '';
    this.back.textContent = story ? this.words.story_back.replace('{}', story.frame) : '';
  }

  /** Show the frame `index`; the text keeps its room, so that nothing below it moves. */
  show(index) {
    this.node.classList.toggle('elsewhere', index !== this.story?.frame);
  }
}
