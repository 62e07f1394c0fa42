/** Where the server's files are, and loading them. */

/** Return the whole address of a file from the one that the server named, which begins at the page's root. */
export function fileUrl(address) {
  return window.gradio_config.root + address;
}

/** Return the name that a frame's picture has in its folder, without its suffix. */
export function frameName(index) {
  return String(index).padStart(5, '0');
}

/** Load bytes; throw an Error if there are none. */
export async function fetchBytes(url) {
  return new Uint8Array(await (await fetched(url)).arrayBuffer());
}

/** Load a picture to draw; throw an Error if there is none. */
export async function fetchBitmap(url) {
  return createImageBitmap(await (await fetched(url)).blob(), { colorSpaceConversion: 'none' });
}

/** Load bytes as a stream, until `signal` ends it; throw an Error if there are none. */
export async function fetchStream(url, signal) {
  return (await fetched(url, { signal })).body;
}

async function fetched(url, how = {}) {
  const answer = await fetch(url, how);
  if (!answer.ok) {
    throw new Error(`${answer.status} ${url}`);
  }
  return answer;
}

/** Return a blob as a data address. */
export function toDataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
