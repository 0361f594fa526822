
// mitmweb's command bar (version 12) knows of no flow that is looked at, so that `@focus` is the first one, and shows what a command
// tells as JSON in one line. Here `@focus` is the flow that is open, and each line of an answer has a line.
(() => {
  "use strict";
  const RESULTS = ".command-result";
  const COMMAND = /\/commands\/[\w.]+$/;
  const OPEN_FLOW = /^#\/flows\/([\w-]+)/;

  const fetched = globalThis.fetch;
  globalThis.fetch = (resource, options) => fetched(resource, withFocus(resource, options));

  function withFocus(resource, options) {
    const open = OPEN_FLOW.exec(location.hash);
    if (!open || options?.method !== "POST" || typeof options.body !== "string" || !COMMAND.test(String(resource))) return options;
    const told = JSON.parse(options.body);
    if (!Array.isArray(told.arguments)) return options;
    const meant = told.arguments.map((argument) => (argument === "@focus" ? `@${open[1]}` : argument));
    return { ...options, body: JSON.stringify({ ...told, arguments: meant }) };
  }

  /** The text that JSON holds: a line for each of several. Undefined for what is none. */
  function readable(json) {
    try {
      const value = JSON.parse(json);
      if (typeof value === "string") return value;
      if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("\n");
    } catch {
      return undefined;
    }
  }

  function* textsIn(results) {
    const walker = document.createTreeWalker(results, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) yield walker.currentNode;
  }

  function show() {
    for (const results of document.querySelectorAll(RESULTS)) {
      for (const text of textsIn(results)) {
        const told = /^["[]/.test(text.data) ? readable(text.data) : undefined;
        if (told !== undefined && told !== text.data) text.data = told;
      }
      results.scrollTop = results.scrollHeight;
    }
  }

  const isResult = (node) => node instanceof Element && (node.matches(RESULTS) || node.closest(RESULTS) || node.querySelector(RESULTS));
  new MutationObserver((changes) => {
    if (changes.some(({ addedNodes }) => [...addedNodes].some(isResult))) show();
  }).observe(document, { childList: true, subtree: true });
})();
