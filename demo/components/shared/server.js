/** Return a function that asks the server; what goes wrong comes back as one sentence under `error`. */
export function asker(call, unreachable) {
  return async (question) => {
    try {
      return await call(question);
    } catch (error) {
      console.error(error);
      return { error: unreachable };
    }
  };
}
