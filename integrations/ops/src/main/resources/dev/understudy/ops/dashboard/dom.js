// Text of the page comes from callers and vendors: it is only ever set as text, never parsed as markup.

export function element(name, properties, ...children) {
  return fill(document.createElement(name), properties, children);
}

export function svg(name, properties, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);
}

function fill(node, properties, children) {
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key.startsWith("on")) {
      node.addEventListener(key.slice(2), value);
    } else {
      node.setAttribute(key, value === true ? "" : String(value));
    }
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) {
      node.append(child);
    }
  }
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

export function tag(text, tone) {
  return element("span", {class: "tag " + tone}, text);
}

export function time(instant) {
  if (!instant) {
    return element("span", {class: "muted"}, "never");
  }
  const at = new Date(instant);
  return element("time", {datetime: instant, title: at.toLocaleString()}, at.toLocaleTimeString([], {hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit"}));
}

export function millis(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  return value >= 10000 ? (value / 1000).toFixed(1) + " s" : Math.round(value) + " ms";
}

export function count(value) {
  return Number(value).toLocaleString("en");
}

export function money(value) {
  return value === 0 ? "0" : value < 0.01 ? value.toPrecision(2) : value.toFixed(2);
}

// Replaces the children, and puts the focus back on the element of the same key if it was inside.
export function replace(container, ...children) {
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  container.replaceChildren(...children.flat().filter(child => child !== null && child !== undefined));
  if (key) {
    for (const candidate of container.querySelectorAll("[data-key]")) {
      if (candidate.dataset.key === key) {
        candidate.focus({preventScroll: true});
        return;
      }
    }
  }
}
