/**
 * Make an element.
 * @param {string} tag
 * @param {Object} attributes `on...` are listeners; null, undefined and false are left out.
 * @param {...(Node|string|null|Array)} children null and undefined are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Make a choice; `options` are [value, text] pairs and `change` is given the value chosen. */
export function choice(attributes, options, change) {
  const select = el('select', { ...attributes, onchange: () => change(select.value) });
  setOptions(select, options);
  return select;
}

/** Replace the options of a choice; `options` are [value, text] pairs, the first one is chosen. */
export function setOptions(select, options) {
  select.replaceChildren(...options.map(([value, text]) => el('option', { value }, text)));
}
