
// Colours ccr's content views in mitmweb, which shows every view as plain text and leaves `syntax_highlight` aside (version 12).
// Ranges of the text are given names, for which `web_page.css` has colours: the page's elements stay as React made them.
(() => {
  "use strict";
  if (!globalThis.CSS?.highlights || !globalThis.Highlight || !globalThis.StaticRange) return;

  const VIEW = ".contentview";
  const MOST_CHARACTERS = 200_000; // of a view; what follows stays plain
  const LINES_AT_ONCE = 200;
  const COLUMN = 38; // of the mark between two texts that are side by side: addon/inspect/columns.py
  const NAMES = ["heading", "name", "string", "number", "literal", "quiet", "failed", "sent", "given"];
  const highlights = new Map(NAMES.map((name) => [name, new Highlight()]));
  for (const [name, highlight] of highlights) CSS.highlights.set(`ccr-${name}`, highlight);

  // -- what a line says: pieces are [name, begin, end] ----------------------------------------------------------------

  const TOKEN = /("(?:[^"\\]|\\.)*"?)(\s*:)?|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\b(?:true|false|null)\b/g;
  const EVENT_FIELD = /^(?:event|data|id|retry)(?=:)/;

  function* json(line) {
    const field = EVENT_FIELD.exec(line);
    if (field) yield ["name", 0, field[0].length];
    for (const { 0: all, 1: string, 2: colon, index } of line.matchAll(TOKEN)) {
      const name = string ? (colon ? "name" : "string") : /\d/.test(all) ? "number" : "literal";
      yield [name, index, index + (string ?? all).length];
    }
  }

  // `CCR` is sections: of facts (`name: value`), or of a text. See addon/inspect/sections.py.
  const HEADING = /^(?![\s#]).*:(?: \|2?)?$/;
  const FACT = /^ {2}(?! )('(?:[^']|'')*'|.*?):(?: |$)/;
  const BAD = /^(?:failed|unreadable)$/;
  const BAD_STATUS = /^ *['"]?(?:[45]\d\d|no answer) after /;
  const ODD = /\((?:repaired|changed)[^)]*\)|broken off|not given to the client|status [45]\d\d/;
  const ASIDE = /\[(?:… )?[^\]]*\]$|\[[\w.+/-]+, [\d.]+ k?M?B\]/g;
  const SPEAKER = /^ {2}(?:user|assistant|system|tool):$/;
  const CALL = /^ {4}→ (\S+)/;
  const RESULT = /^ {4}← (error: )?/;
  const ARGUMENT = /^\s*"(?:[^"\\]|\\.)*"(?=:)/;
  const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

  const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

  class Overview {
    #section = "";
    #failed = false;

    *line(line) {
      if (line === "#") yield ["quiet", 0, 1];
      else if (HEADING.test(line)) yield* this.#heading(line);
      else if (this.#section.endsWith(":")) yield* this.#fact(line);
      else if (this.#section.startsWith("tool call ")) yield* this.#columns(line);
      else if (/^'?conversation, /.test(this.#section)) yield* this.#message(line);
    }

    *#heading(line) {
      this.#section = line;
      this.#failed = false;
      const end = line.replace(/:(?: \|2?)?$/, "").length;
      yield ["heading", 0, end];
      yield ["quiet", end + 1, line.length];
      const odd = ODD.exec(line);
      if (odd) yield ["failed", odd.index, odd.index + odd[0].length];
    }

    *#fact(line) {
      const fact = FACT.exec(line);
      if (fact) {
        yield ["name", 2, 2 + fact[1].length];
        this.#failed = BAD.test(fact[1]) || BAD_STATUS.test(line.slice(fact[0].length));
      }
      const value = line.slice(fact ? fact[0].length : 0).trimStart();
      if (this.#failed) yield ["failed", line.length - value.length, line.length];
    }

    *#columns(line) {
      const at = markIn(line);
      if (at < 0) return;
      const [left, right] = [line.slice(0, at), line.slice(at + 1)];
      const mark = line[at];
      if (/^ {2}the provider sent +$/.test(left)) yield ["quiet", 0, line.length];
      else if (mark === "│") {
        yield ["quiet", at, at + 1];
        yield* argument(left, 0);
        yield* argument(right, at + 1);
      } else {
        if (mark !== ">") yield ["sent", 2, left.trimEnd().length];
        yield ["heading", at, at + 1];
        if (mark !== "<") yield ["given", at + 2, line.length];
      }
    }

    *#message(line) {
      const call = CALL.exec(line);
      const result = RESULT.exec(line);
      if (SPEAKER.test(line)) yield ["heading", 2, line.length - 1];
      else if (call) yield ["name", 4, call[0].length];
      else if (result) yield [result[1] ? "failed" : "quiet", 4, result[0].length - 1];
      for (const aside of line.matchAll(ASIDE)) yield ["quiet", aside.index, aside.index + aside[0].length];
    }
  }

  function* argument(text, offset) {
    const key = ARGUMENT.exec(text);
    if (key) yield ["name", offset + key[0].search(/\S/), offset + key[0].length];
  }

  /** Where the mark is: in a column of the terminal, of which a wide character takes two. -1 for no mark there. */
  function markIn(line) {
    let cells = 0;
    let at = 0;
    for (const sign of line) {
      if (cells >= COLUMN) return "│≠<>".includes(sign) ? at : -1;
      cells += WIDE.test(sign) ? 2 : WITHOUT_WIDTH.test(sign) ? 0 : 1;
      at += sign.length;
    }
    return -1;
  }

  // -- the page -------------------------------------------------------------------------------------------------------

  /** The ranges of all that is shown, a line for each step; and where they belong. */
  function* coloured() {
    for (const view of document.querySelectorAll(VIEW)) {
      const title = view.querySelector("h5")?.textContent.trim() ?? "";
      const lines = [...view.querySelectorAll("pre > div")].map((line) => line.firstChild).filter((node) => node?.data);
      if (title === "CCR") yield* inLines(lines, new Overview());
      else if (title.startsWith("CCR ") && /^(?:[{[]|event:|data:|:)/.test(lines[0]?.data ?? "")) yield* inLines(lines, { line: json });
    }
  }

  function* inLines(nodes, reader) {
    let characters = 0;
    for (const node of nodes) {
      characters += node.length;
      if (characters > MOST_CHARACTERS) return;
      const found = [];
      for (const [name, startOffset, endOffset] of reader.line(node.data)) {
        if (startOffset < endOffset)
          found.push([name, new StaticRange({ startContainer: node, startOffset, endContainer: node, endOffset })]);
      }
      yield found;
    }
  }

  const whenIdle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 50));
  let waiting = false;
  let work; // the generator that runs
  let found; // and what it found

  function begin() {
    work = coloured();
    found = [];
    if (!waiting) whenIdle(go, { timeout: 300 });
    waiting = true;
  }

  function go(deadline) {
    do {
      for (let line = 0; line < LINES_AT_ONCE; line += 1) {
        const step = work.next();
        if (step.done) return show();
        found.push(...step.value);
      }
    } while (deadline.timeRemaining() > 2);
    whenIdle(go, { timeout: 300 });
  }

  function show() {
    waiting = false;
    for (const highlight of highlights.values()) highlight.clear();
    for (const [name, range] of found) highlights.get(name).add(range);
    found = [];
  }

  const holdsView = (node) => node instanceof Element && (node.matches(VIEW) || node.querySelector(VIEW) !== null);
  const isInView = (node) => (node instanceof Element ? node : node.parentElement)?.closest(VIEW) != null;
  const concernsView = ({ target, addedNodes, removedNodes }) =>
    isInView(target) || [...addedNodes].some(holdsView) || [...removedNodes].some(holdsView);
  new MutationObserver((changes) => {
    if (changes.some(concernsView)) begin();
  }).observe(document, { childList: true, characterData: true, subtree: true });
})();
