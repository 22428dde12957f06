import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { IdSource } from '../hub/ports.ts';

/** Creates an id source with the machine's random numbers. */
export function createRandomIds(): IdSource {
  return {
    guid: randomUUID,
    bytes: (count) => randomBytes(count),
    number: (below) => randomInt(below),
  };
}
