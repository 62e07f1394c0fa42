/**
 * Return a function that asks the server; what goes wrong comes back as one sentence under `error`.
 * If the server gave no answer at all, `isLost` is true too: the same question may go well later.
 * @param {function(Object): Promise<Object|undefined>} call Gradio's: it answers undefined if the server does not.
 * @param {string} unreachable the sentence for a server that does not answer.
 */
export function asker(call, unreachable) {
  return async (question) => {
    try {
      return (await call(question)) ?? { error: unreachable, isLost: true };
    } catch (error) {
      console.warn(error);
      return { error: unreachable, isLost: true };
    }
  };
}
