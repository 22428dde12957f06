import { isJsonObject, type JsonObject, type JsonValue, NumberText } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import type { Twin } from './twin.ts';

export type SectionName = 'tags' | 'desired' | 'reported';

/** The limit of each section in bytes. A section must be smaller. */
const MAXIMUM_SECTION_BYTES: Readonly<Record<SectionName, number>> = {
  tags: 8192,
  desired: 32768,
  reported: 32768,
};
const MAXIMUM_DEPTH = 10;
const MAXIMUM_NAME_BYTES = 1024;
const MAXIMUM_TEXT_BYTES = 4096;
// The bytes of a UTF-16 code unit in UTF-8, so that short texts need not be measured.
const MAXIMUM_UNIT_BYTES = 3;
const MAXIMUM_INTEGER = 2 ** 52 - 1;
// A number that has the spelling of JavaScript has an exponent from here on.
const SMALLEST_WITH_EXPONENT = 1e21;
const PRINTED_NAMES: Readonly<Record<SectionName, string>> = {
  tags: 'Tags',
  desired: 'Properties.Desired',
  reported: 'Properties.Reported',
};
const VALID = ok(undefined);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are forbidden in a name
const FORBIDDEN_IN_NAME = /[\u0000-\u001f\u007f-\u009f.$# ]/;

/** The kind of a write. A null deletes a property in a PATCH (`merge`), and is invalid in a PUT (`replace`). */
export type WriteMode = 'merge' | 'replace';

/** The sections of a write. An absent section is not written; null clears it. */
export interface SectionWrites {
  readonly tags?: JsonObject | null;
  readonly desired?: JsonObject | null;
  readonly reported?: JsonObject | null;
}

/**
 * Validates a write and the resulting twin, section by section. The caller has applied the write,
 * so that no section is merged twice. A PUT (`replace`) also writes absent tags and desired properties.
 */
export function validateWrite(
  mode: WriteMode,
  before: Pick<Twin, 'tags' | 'properties'>,
  write: SectionWrites,
  after: Pick<Twin, 'tags' | 'properties'>,
): Result<void> {
  const tags = validateSection('tags', mode, before.tags, write.tags, after.tags);
  if (!tags.ok) return tags;
  for (const name of ['desired', 'reported'] as const) {
    const valid = validateSection(name, mode, before.properties[name], write[name], after.properties[name]);
    if (!valid.ok) return valid;
  }
  return VALID;
}

/** Validates the new content of a section that is replaced. */
export function validateReplacement(
  section: SectionName,
  before: JsonObject,
  after: JsonObject,
): Result<void> {
  return validateSection(section, 'replace', before, after, after);
}

/**
 * Validates names, values, depth and integer range of a write, and then the size of the resulting section.
 * A write that makes the section smaller has always a valid size.
 */
function validateSection(
  section: SectionName,
  mode: WriteMode,
  before: JsonObject,
  write: JsonObject | null | undefined,
  after: JsonObject,
): Result<void> {
  if (write === undefined || write === null) return VALID;
  const valid = validateObject(write, 0, mode);
  if (!valid.ok) return valid;
  const maximum = MAXIMUM_SECTION_BYTES[section];
  const size = sizeOf(after);
  if (size < maximum || size < sizeOf(before)) return VALID;
  const text = `'${PRINTED_NAMES[section]}' size should be less than ${maximum} bytes.`;
  return failed('DeviceModelMaxPropertiesExceeded', text);
}

function validateObject(value: JsonObject, depth: number, mode: WriteMode): Result<void> {
  if (depth > MAXIMUM_DEPTH) {
    return failed('ArgumentInvalid', `Nested depth of twin property exceeds ${MAXIMUM_DEPTH}`);
  }
  for (const [name, member] of Object.entries(value)) {
    const valid = validateName(name);
    if (!valid.ok) return valid;
    const validMember = validateMember(name, member, depth, mode);
    if (!validMember.ok) return validMember;
  }
  return VALID;
}

function validateName(name: string): Result<void> {
  if (name.length * MAXIMUM_UNIT_BYTES > MAXIMUM_NAME_BYTES && byteLength(name) > MAXIMUM_NAME_BYTES) {
    const text = `Length of property name ${name.slice(0, 10)}.. exceeds maximum length of ${MAXIMUM_NAME_BYTES}`;
    return failed('ArgumentInvalid', text);
  }
  if (!FORBIDDEN_IN_NAME.test(name)) return VALID;
  return failed(
    'ArgumentInvalid',
    `Property or Tag name has invalid characters. Error in Property/Tag ${name}. Must not contain Control Characters, '.', '$', '#', or ' '.`,
  );
}

function validateMember(name: string, value: JsonValue, depth: number, mode: WriteMode): Result<void> {
  if (value === null) {
    if (mode === 'merge') return VALID;
    const text = `Value of Property or Tag cannot be null. Error in Property/Tag ${name}`;
    return failed('ArgumentInvalid', text);
  }
  if (typeof value === 'string') {
    const isShort = value.length * MAXIMUM_UNIT_BYTES <= MAXIMUM_TEXT_BYTES;
    if (isShort || byteLength(value) <= MAXIMUM_TEXT_BYTES) return VALID;
    const text = `Property or Tag value should be maximum ${MAXIMUM_TEXT_BYTES} bytes. Error in Property/Tag ${name}`;
    return failed('ArgumentInvalid', text);
  }
  if (typeof value === 'number' || value instanceof NumberText) return validateNumber(name, value);
  if (Array.isArray(value)) return validateArray(name, value, depth + 1);
  if (isJsonObject(value)) return validateObject(value, depth + 1, mode);
  return VALID;
}

function validateNumber(name: string, value: number | NumberText): Result<void> {
  if (!isOutOfRange(value)) return VALID;
  return failed(
    'ArgumentInvalid',
    `Property ${name} has an out of bound value. Valid values are between -${MAXIMUM_INTEGER} and ${MAXIMUM_INTEGER}`,
  );
}

// Only an integer has a range. A number with a point or an exponent is a float, whatever its value.
function isOutOfRange(value: number | NumberText): boolean {
  if (value instanceof NumberText) {
    return Math.abs(value.value) > MAXIMUM_INTEGER && !/[.eE]/.test(value.text);
  }
  const size = Math.abs(value);
  return size > MAXIMUM_INTEGER && size < SMALLEST_WITH_EXPONENT && Number.isInteger(value);
}

function validateArray(name: string, values: readonly JsonValue[], depth: number): Result<void> {
  if (depth > MAXIMUM_DEPTH) {
    return failed('ArgumentInvalid', `Nested depth of twin property exceeds ${MAXIMUM_DEPTH}`);
  }
  for (const value of values) {
    if (value === null) return failed('ArgumentInvalid', "Arrays cannot contain 'null' as value");
    const valid = validateMember(name, value, depth, 'replace');
    if (!valid.ok) return valid;
  }
  return VALID;
}

function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return textSizeOf(value);
  if (typeof value === 'boolean') return 4;
  if (value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, element) => sum + sizeOf(element), 0);
  if (!isJsonObject(value)) return 8;
  let size = 0;
  for (const [name, member] of Object.entries(value)) {
    if (!name.startsWith('$')) size += textSizeOf(name) + sizeOf(member);
  }
  return size;
}

// The bytes in UTF-8. Control characters are not counted.
function textSizeOf(text: string): number {
  let size = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    if (isControl) continue;
    size += code < 0x80 ? 1 : code < 0x800 || isSurrogate(code) ? 2 : 3;
  }
  return size;
}

function byteLength(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    length += code < 0x80 ? 1 : code < 0x800 || isSurrogate(code) ? 2 : 3;
  }
  return length;
}

// One half of a character of four bytes.
function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
