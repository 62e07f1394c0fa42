/** On a Space the page stands in a frame: the outer page's address follows what it is told. */

const SPACE = '.hf.space';
const OUTER = 'https://huggingface.co';

/**
 * Tell the outer page the query of an address, as it hands its own to this page when that is opened; elsewhere nothing.
 * https://huggingface.co/docs/hub/spaces-handle-url-parameters
 */
export function tellSpace(url, page = window) {
  if (page.parent !== page && page.location.hostname.endsWith(SPACE)) {
    const { search } = new URL(url, page.location.href);
    page.parent.postMessage({ queryString: search.slice(1), hash: '' }, OUTER);
  }
}
