import type { Result } from '../../domain/result.ts';
import type { Given } from './option-sources.ts';
import type { OptionKey } from './option-table.ts';

/** Parses a text to a value. A relative path is resolved from `folder`. */
type Parse<T> = (text: string, folder: string) => Result<T>;

/** Reads single options. An invalid value is recorded as a problem and read as if it were absent. */
export interface OptionReader {
  /** One sentence for each invalid value, with its source. */
  readonly problems: readonly string[];
  one<T>(key: OptionKey, parse: Parse<T>): T | undefined;
  each<T>(key: OptionKey, parse: Parse<T>): readonly T[];
  number(key: OptionKey, minimum: number, maximum: number): number | undefined;
  flag(key: OptionKey): boolean;
}

export function createOptionReader(written: ReadonlyMap<OptionKey, Given>): OptionReader {
  const problems: string[] = [];
  return {
    problems,
    one: (key, parse) => {
      const given = written.get(key);
      if (given === undefined) return undefined;
      if (typeof given.value === 'string' && given.value !== '') return parsed(given, given.value, parse);
      return reject(given, given.value, 'expected a string.');
    },
    each: (key, parse) => {
      const given = written.get(key);
      if (given === undefined) return [];
      const list: readonly unknown[] = Array.isArray(given.value) ? given.value : [given.value];
      return list.flatMap((text) => {
        if (typeof text !== 'string' || text === '')
          return reject(given, given.value, 'expected a string or an array of strings.') ?? [];
        const value = parsed(given, text, parse);
        return value === undefined ? [] : [value];
      });
    },
    number: (key, minimum, maximum) => {
      const given = written.get(key);
      if (given === undefined) return undefined;
      const { value } = given;
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum)
        return number;
      return reject(given, value, `expected a whole number from ${minimum} to ${maximum}.`);
    },
    flag: (key) => {
      const given = written.get(key);
      const word = typeof given?.value === 'string' ? given.value.toLowerCase() : given?.value;
      if (given === undefined || word === false || word === 'false' || word === '0') return false;
      if (word === true || word === 'true' || word === '1') return true;
      reject(given, given.value, 'expected true or false.');
      return false;
    },
  };

  function parsed<T>(given: Given, text: string, parse: Parse<T>): T | undefined {
    const result = parse(text, given.folder);
    return result.ok ? result.value : reject(given, text, result.error.message);
  }

  function reject({ origin }: Given, value: unknown, reason: string): undefined {
    problems.push(`Invalid value ${JSON.stringify(value)} for ${origin}: ${reason}`);
  }
}
