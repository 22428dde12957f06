/**
 * Decodes every sequence of percent escapes that is valid UTF-8. Other text is unchanged. An id may contain a bare `%`,
 * and the C and Java clients send text that is not encoded.
 */
export function decodePercent(text: string): string {
  return text.includes('%') ? text.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun) : text;
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

/**
 * Encodes every character that has a meaning in a URL or in a property bag. Replaces lone surrogates, because they have
 * no UTF-8 form.
 */
export function encodePercent(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
