import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';
import { failed, ok, type Result } from './result.ts';

/**
 * A number whose spelling JavaScript would lose (`1.0`, `1e3`, nineteen digits).
 * The hub gives number text back verbatim, so such a number travels as its text.
 */
export class NumberText {
  readonly text: string;
  readonly value: number;

  constructor(text: string) {
    this.text = text;
    this.value = Number(text);
  }

  valueOf(): number {
    return this.value;
  }
}

export type JsonPrimitive = string | number | boolean | null | NumberText;
export type JsonValue = JsonPrimitive | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
  );
}

// A spelling that `JSON.parse` would not give back: an exponent, a trailing zero after the point, `-0`, or 16 digits and more.
const UNUSUAL_NUMBER = /\d[eE]|\.\d*0(?!\d)|-0(?![.\d])|\d{16}/;

// Deeper than anything the hub stores, shallow enough for every recursive reader of it.
const MAXIMUM_DEPTH = 128;

/** Parses JSON text; what is not JSON is `ArgumentInvalid`. Number spellings survive as {@link NumberText}. */
export function parseJson(text: string): Result<JsonValue> {
  // A text is at least as long as its depth.
  if (text.length > MAXIMUM_DEPTH && depthOf(text) > MAXIMUM_DEPTH) {
    return failed('ArgumentInvalid', `The body is nested deeper than ${MAXIMUM_DEPTH} levels.`);
  }
  try {
    if (!UNUSUAL_NUMBER.test(text)) return ok(JSON.parse(text) as JsonValue);
    return ok(parseLossless(text, undefined, LOSSLESS) as JsonValue);
  } catch {
    return failed('ArgumentInvalid', 'The body is not valid JSON.');
  }
}

/** Formats a value as compact JSON; the mirror of {@link parseJson}. */
export function formatJson(value: JsonValue): string {
  return typeof value === 'object' && value !== null && hasNumberText(value)
    ? (stringifyLossless(value, undefined, undefined, NUMBER_TEXT_FORMAT) as string)
    : JSON.stringify(value);
}

/** A copy of `base` with one member set; safe for every name, `__proto__` included. */
export function withMember(base: JsonObject, name: string, value: JsonValue): JsonObject {
  return { ...base, [name]: value };
}

/** The own member of an object, never one inherited from a prototype. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The own member of a name in any letter case, the exact spelling first: some clients capitalise the names they send. */
export function memberInAnyCase(object: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const lowerName = name.toLowerCase();
  for (const key of Object.keys(object)) if (key.toLowerCase() === lowerName) return object[key];
  return undefined;
}

const LOSSLESS = {
  parseNumber: parseNumberText,
  // As `JSON.parse` does: of a name that repeats the last value counts.
  onDuplicateKey: ({ newValue }: { readonly newValue: unknown }) => newValue,
};

const NUMBER_TEXT_FORMAT = [
  {
    test: (value: unknown) => value instanceof NumberText,
    stringify: (value: unknown) => (value as NumberText).text,
  },
];

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function parseNumberText(text: string): number | NumberText {
  const value = Number(text);
  return String(value) === text ? value : new NumberText(text);
}

// Calls itself for arrays and objects only: an answer to a query has ten other values for each of them.
function hasNumberText(value: NumberText | JsonArray | JsonObject): boolean {
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === 'object' && item !== null && hasNumberText(item)) return true;
    return false;
  }
  if (value instanceof NumberText) return true;
  for (const name in value) {
    const member = (value as JsonObject)[name];
    if (typeof member === 'object' && member !== null && hasNumberText(member)) return true;
  }
  return false;
}
