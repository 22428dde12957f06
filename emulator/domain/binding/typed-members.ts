import { type JsonValue, NumberText } from '../json.ts';

// The service binds members with a declared type as Newtonsoft.Json does: it converts text to numbers and booleans, and
// the reverse. Azure CLI relies on it. Each function returns `absent` if the member is absent or null, and undefined if
// its value cannot be converted. Free JSON (tags, properties, payloads) is never converted.

// .NET allows white space around an integer, and a sign.
const INTEGER_TEXT = /^[\t-\r ]*[+-]?\d+[\t-\r ]*$/;
const INTEGER_TOKEN = /^-?\d+$/;

/** Converts a member to an integer: `30` and `"30"`, but not `30.0`. An empty string counts as null. */
export function integerOf<A>(value: JsonValue | undefined, absent: A): number | A | undefined {
  if (value === undefined || value === null || value === '') return absent;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === 'string') return INTEGER_TEXT.test(value) ? safeInteger(value) : undefined;
  return value instanceof NumberText && INTEGER_TOKEN.test(value.text) ? safeInteger(value.text) : undefined;
}

/** Converts a member to a boolean: `"true"` in any case, and numbers by being zero. An empty string counts as null. */
export function booleanOf<A>(value: JsonValue | undefined, absent: A): boolean | A | undefined {
  if (value === undefined || value === null || value === '') return absent;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || value instanceof NumberText) return Number(value) !== 0;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Converts a member to a string. A number keeps its text. Arrays and objects cannot be converted. */
export function textOf<A>(value: JsonValue | undefined, absent: A): string | A | undefined {
  if (value === undefined || value === null) return absent;
  if (typeof value === 'string') return value;
  if (value instanceof NumberText) return value.text;
  return typeof value === 'object' ? undefined : String(value);
}

/**
 * Converts a member to one of the names of an enumeration: a name in any case, or the number of a name. The numbers
 * count up from `firstNumber`. If it is undefined, the numbers are unknown and no number is accepted.
 */
export function enumOf<T extends string, A>(
  value: JsonValue | undefined,
  absent: A,
  names: readonly T[],
  firstNumber: number | undefined,
): T | A | undefined {
  if (value === undefined || value === null) return absent;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  const name = names.find((candidate) => candidate.toLowerCase() === text);
  if (name !== undefined || firstNumber === undefined) return name;
  const number = integerOf(value, undefined);
  return number === undefined ? undefined : names[number - firstNumber];
}

function safeInteger(text: string): number | undefined {
  // Adding zero turns -0 into 0.
  const value = Number(text) + 0;
  return Number.isSafeInteger(value) ? value : undefined;
}
