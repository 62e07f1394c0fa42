/** Corrections of the comparison on show: a model's mask comes to the stage, is changed, and tracked from there. */

export class Repairs {
  /**
   * @param {MaskCanvas} canvas
   * @param {function(Object): Promise<Object>} ask see `asker`.
   * @param {function(Object)} submit starts a repair: {run, index, direction}.
   */
  constructor(canvas, ask, submit) {
    Object.assign(this, { canvas, ask, submit });
    this.run = null; // the run that the player shows
    this.begun = null; // {index, title}: the frame and the model whose mask is to be corrected
    this.opening = null; // the newest request for a model's mask
  }

  /** Note which run the player shows: its frames can be corrected. */
  noteRun(run) {
    if (this.run && this.run.stamp !== run.stamp) {
      this.canvas.painting?.forgetTouched();
      this.begun = null;
    }
    this.run = run;
    this.offer();
  }

  /** Bring a model's mask of a frame to the stage, in the whole window. */
  async begin({ token, run, name, index }) {
    const { canvas } = this;
    const request = {};
    this.opening = request;
    if (!(await canvas.isSettled())) {
      return;
    }
    const answer = await this.ask({ what: 'proposal', token, run, name, index });
    if (this.opening !== request) {
      return;
    }
    if (answer.error) {
      canvas.view.raiseTrouble(answer.error);
      return;
    }
    canvas.view.showTrouble('');
    this.begun = { index, title: this.run?.variants.find((model) => model.name === name)?.title ?? name };
    canvas.load(answer.value);
    await canvas.show(index, answer);
    canvas.prepareToPaint();
  }

  /** Save what was changed and start the repair. */
  async goOn(direction) {
    const { canvas } = this;
    const repair = { run: this.run.run, index: canvas.painting.index, direction };
    if (await canvas.isSettled()) {
      this.begun = null;
      canvas.view.workspace.leave();
      this.submit(repair);
    }
  }

  /** Say what comes next, if the frame on the stage is one of the comparison's. */
  offer() {
    const { run, begun, canvas } = this;
    const { value, painting, view } = canvas;
    if (!value) {
      return;
    }
    const isShown = run?.previews === value.previews;
    const isLater = painting.index > Math.min(...value.marked); // from the first mark on, Run does the same
    const isMarked = painting.isTouched && painting.own().some((id) => id);
    if (isShown && isLater && isMarked) {
      view.repairBar.offer(painting.index, run.variants.length);
    } else if (isShown && begun?.index === painting.index) {
      view.repairBar.ask(painting.index, begun.title);
    } else {
      view.repairBar.hide();
    }
  }
}
