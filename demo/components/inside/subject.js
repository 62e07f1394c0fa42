/** What the inside is to show at a moment: models, object, frame and looks; a request keeps to it while it is asked. */

const PENDING = 'pending';

export class Subject {
  /**
   * @param {Object} facts its value (of the run), models, index, target and what else is chosen.
   * @param {{ask: function(Object): Promise<Object>, isShown: function(Subject): boolean, later: function()}} context
   *   `later` is called once if an answer did not come, or is not there yet.
   */
  constructor(facts, context) {
    Object.assign(this, facts, { context, lacks: false });
  }

  /** Tell whether the run that this is about is still the one that is shown. */
  get isShown() {
    return this.context.isShown(this);
  }

  /** Ask the same about every model; return [model, answer] pairs. `more` returns what else the question holds. */
  askAll(what, more = () => ({}), models = this.models) {
    const { index, target } = this;
    return Promise.all(
      models.map(async (model) => [
        model,
        await this.#ask({ what, name: model.name, index, target, ...more(model) }),
      ]),
    );
  }

  async #ask(question) {
    const { token, run } = this.value;
    const answer = await this.context.ask({ ...question, token, run });
    const kinds = [answer, ...Object.values(answer.boxes ?? {})].map((each) => each.absent_kind);
    if ((answer.isLost || answer.pending || kinds.includes(PENDING)) && this.isShown && !this.lacks) {
      this.lacks = true;
      this.context.later();
    }
    return answer;
  }
}
