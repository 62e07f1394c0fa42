/**
 * Return a function that asks the server; what goes wrong comes back as one sentence under `error`.
 * @param {function(Object): Promise<Object|undefined>} call Gradio's: it answers undefined if the server does not.
 * @param {string} unreachable the sentence for a server that does not answer.
 */
export function asker(call, unreachable) {
  return async (question) => {
    try {
      return (await call(question)) ?? { error: unreachable };
    } catch (error) {
      console.error(error);
      return { error: unreachable };
    }
  };
}
