// `tags.group` is an error on the hub while `tags.[[group]]` is not: a keyword is one wherever it stands.
const KEYWORDS: ReadonlySet<string> = new Set(
  'SELECT TOP FROM WHERE GROUP BY AS AND OR NOT IN NIN TRUE FALSE NULL UNDEFINED'.split(' '),
);

const UNSUPPORTED_KEYWORDS: ReadonlySet<string> = new Set(
  'DISTINCT JOIN ORDER OFFSET LIMIT LIKE BETWEEN HAVING EXISTS UNION VALUE'.split(' '),
);

const NAME = /^[\p{L}\p{Nl}_$][\p{L}\p{M}\p{N}_$-]*$/u;
const MEMBER_NAME = /^[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$-]*$/u;

/** Whether a word belongs to the language, so that it names a member only in double brackets. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word.toUpperCase());
}

/** Whether a word is SQL that IoT Hub does not speak. */
export function isUnsupportedKeyword(word: string): boolean {
  return UNSUPPORTED_KEYWORDS.has(word.toUpperCase());
}

/** Whether a text can stand as a root name or an alias without brackets. */
export function isBareName(text: string): boolean {
  return NAME.test(text) && !isKeyword(text);
}

/** Whether a text can stand after a point without brackets; it may begin with a digit there. */
export function isBareMemberName(text: string): boolean {
  return MEMBER_NAME.test(text) && !isKeyword(text);
}
