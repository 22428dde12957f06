// A keyword is reserved everywhere: IoT Hub refuses `tags.group` and accepts `tags.[[group]]`.
const KEYWORDS: ReadonlySet<string> = new Set(
  'SELECT TOP FROM WHERE GROUP BY AS AND OR NOT IN NIN TRUE FALSE NULL UNDEFINED'.split(' '),
);

const UNSUPPORTED_KEYWORDS: ReadonlySet<string> = new Set(
  'DISTINCT JOIN ORDER OFFSET LIMIT LIKE BETWEEN HAVING EXISTS UNION VALUE'.split(' '),
);

/** Returns true if the word is a keyword. A member of that name needs double brackets. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word.toUpperCase());
}

/** Returns true if the word is an SQL keyword that IoT Hub does not support. */
export function isUnsupportedKeyword(word: string): boolean {
  return UNSUPPORTED_KEYWORDS.has(word.toUpperCase());
}
