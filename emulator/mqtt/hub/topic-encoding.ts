/** Encodes everything that has a meaning in a property bag, and replaces what is no Unicode text. */
export function encodePercent(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

/** Encodes only what cannot stand in one level of a topic, for most clients compare such a name raw. */
export function encodeTopicLevel(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a topic
  return wellFormed(name).replace(/[%/?#+\u0000-\u001f\u007f]/g, encodeURIComponent);
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
