/** What a tab keeps of its session. It loads nothing else: the page's first question to the server waits for it. */

const KEY = 'llb-ticket';
const PATIENCE = 2000; // milliseconds in which the page that is being reloaded lets its ticket go

/**
 * Return the token of the session that this tab goes on with, empty for a new one.
 *
 * A reload goes on with the tab's own; a new tab with the newest one of this browser, unless another tab has it, which
 * only locks can tell. The token is never in the address.
 */
export async function keptTicket() {
  const own = read('sessionStorage');
  if (own && (!navigator.locks || (await held(own, { signal: AbortSignal.timeout(PATIENCE) })))) {
    return own;
  }
  const last = navigator.locks ? read('localStorage') : '';
  return last && last !== own && (await held(last, { ifAvailable: true })) ? last : '';
}

/** Keep a session's token where a reload, or a new tab after this one was closed, finds it. */
export async function keepTicket(token) {
  for (const storage of ['sessionStorage', 'localStorage']) {
    write(storage, token);
  }
  if (navigator.locks) {
    await held(token, { ifAvailable: true });
  }
}

/** Hold a token until this page is gone; tell whether no other page does. */
function held(token, options) {
  return new Promise((resolve) => {
    const lock = (granted) => {
      resolve(Boolean(granted));
      return granted ? new Promise(() => {}) : undefined;
    };
    navigator.locks.request(`${KEY}-${token}`, options, lock).catch(() => resolve(false));
  });
}

/** Read what a storage keeps; a browser that has none, or shut it off as in another site's frame, keeps nothing. */
function read(storage) {
  try {
    return window[storage].getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function write(storage, token) {
  try {
    window[storage].setItem(KEY, token);
  } catch {
    // nothing is kept: a reload starts anew
  }
}
