const LIMIT = 60_000; // milliseconds

/**
 * Return a function that asks the server; what goes wrong comes back as one sentence under `error`.
 * If the server gave no answer, or none within `limit` milliseconds, `isLost` is true too: the same question may go
 * well later.
 * @param {function(Object): Promise<Object|undefined>} call Gradio's: it answers undefined if the server does not.
 * @param {string} unreachable the sentence for a server that does not answer.
 */
export function asker(call, unreachable) {
  return async (question, limit = LIMIT) => {
    try {
      return (await within(limit, call(question))) ?? { error: unreachable, isLost: true };
    } catch (error) {
      console.warn(error);
      return { error: unreachable, isLost: true };
    }
  };
}

/** Return what a promise gives, or undefined if it takes longer. */
async function within(limit, promise) {
  if (limit === Infinity) {
    return promise;
  }
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
