/** Decodes every run of escapes that is UTF-8 and leaves the rest as it stands: clients written in C send raw text. */
export function decodePercent(text: string): string {
  return text.includes('%') ? text.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun) : text;
}

/** Encodes everything that has a meaning in a property bag, and replaces what is no Unicode text. */
export function encodePercent(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

/** Encodes only what cannot stand in one level of a topic, for most clients compare such a name raw. */
export function encodeTopicLevel(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a topic
  return wellFormed(name).replace(/[%/?#+\u0000-\u001f\u007f]/g, encodeURIComponent);
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
