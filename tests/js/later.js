/** What happens later, in the order that a test wants. */

/** Return a promise with the functions that settle it. */
export function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

/** Wait until everything that needs no timer is done. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A `Retry` that tries again only when the test says so; `waits` tells whether it is asked to. */
export function manualRetry(attempt) {
  return {
    waits: false,
    failures: 0,
    later() {
      this.waits = true;
      this.failures += 1;
    },
    stop() {
      this.waits = false;
      this.failures = 0;
    },
    fire() {
      this.waits = false;
      return attempt();
    },
  };
}
