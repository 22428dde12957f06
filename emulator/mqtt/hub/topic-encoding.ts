/** Encodes only the characters that one level of a topic cannot contain, because most clients do not decode it. */
export function encodeTopicLevel(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach a topic
  return name.toWellFormed().replace(/[%/?#+\u0000-\u001f\u007f]/g, encodeURIComponent);
}
