const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Encodes all characters that have a meaning in a property bag. Replaces lone surrogates. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text.replace(LONE_SURROGATE, '\ufffd'));
}

/** Encodes only the characters that one level of a topic cannot contain, because most clients do not decode it. */
export function encodeTopicLevel(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach a topic
  return name.replace(LONE_SURROGATE, '\ufffd').replace(/[%/?#+\u0000-\u001f\u007f]/g, encodeURIComponent);
}
