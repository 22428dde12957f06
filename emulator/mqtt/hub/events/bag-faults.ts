import { isUtf8 } from 'node:buffer';

/** A fault of a property bag: an empty property, or an error at a byte. */
export interface BagFault {
  readonly kind: 'empty-property' | 'empty-name' | 'second-equals' | 'slash' | 'text';
  /** The index of the byte. */
  readonly at: number;
}

/**
 * Finds what makes a property bag malformed. It is called for every new bag on the hot path, so it is one scan without
 * a parse. One slash at the end of a bag is not part of it.
 */
export function findBagFault(bytes: Uint8Array, start: number, end: number): BagFault | undefined {
  let propertyStart = start;
  let hasEquals = false;
  let isAscii = true;
  for (let at = start; at < end; at++) {
    switch (BYTE_KINDS[bytes[at] as number]) {
      case ORDINARY:
        break;
      case AMPERSAND:
        if (at === propertyStart) return { kind: 'empty-property', at };
        propertyStart = at + 1;
        hasEquals = false;
        break;
      case EQUALS:
        if (at === propertyStart) return { kind: 'empty-name', at };
        if (hasEquals) return { kind: 'second-equals', at };
        hasEquals = true;
        break;
      case SLASH:
        if (at !== end - 1) return { kind: 'slash', at };
        break;
      case NOT_ASCII:
        isAscii = false;
        break;
      default:
        return { kind: 'text', at };
    }
  }
  if (propertyStart === end && end > start) return { kind: 'empty-property', at: end };
  return isAscii || isUtf8(bytes.subarray(start, end)) ? undefined : { kind: 'text', at: start };
}

/** Describes a fault of the bag from `start` to `end`, with the property that has it and with what is expected. */
export function describeBagFault(bytes: Buffer, start: number, end: number, { kind, at }: BagFault): string {
  const bag = bytes.toString('utf8', start, end);
  const from = bytes.lastIndexOf('&', at - 1) + 1;
  const next = bytes.indexOf('&', at);
  const text = bytes.toString('utf8', Math.max(from, start), next < 0 || next > end ? end : next);
  const property = `'${text.slice(0, MAXIMUM_TEXT)}'`;
  switch (kind) {
    case 'empty-property':
      return `Empty property in '${bag.slice(0, MAXIMUM_TEXT)}', expected name=value between two '&'.`;
    case 'empty-name':
      return `Property ${property} has no name.`;
    case 'second-equals':
      return `Property ${property} has a second '=', expected %3D.`;
    case 'slash':
      return `Property ${property} has a '/', expected %2F.`;
    case 'text':
      return `Property bag '${bag.slice(0, MAXIMUM_TEXT)}' has bytes that MQTT forbids.`;
  }
}

const MAXIMUM_TEXT = 300;

const ORDINARY = 0;
const AMPERSAND = 1;
const EQUALS = 2;
const SLASH = 3;
const NOT_ASCII = 4;
const FORBIDDEN = 5;

const BYTE_KINDS = createByteKinds();

function createByteKinds(): Uint8Array {
  const kinds = new Uint8Array(256).fill(NOT_ASCII, 0x80);
  const rows: readonly (readonly [string, number])[] = [
    ['&', AMPERSAND],
    ['=', EQUALS],
    ['/', SLASH],
    // Wildcards and U+0000 cannot be in a topic name of MQTT.
    ['#', FORBIDDEN],
    ['+', FORBIDDEN],
    ['\0', FORBIDDEN],
  ];
  for (const [character, kind] of rows) kinds[character.charCodeAt(0)] = kind;
  return kinds;
}
