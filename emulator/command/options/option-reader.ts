import type { Result } from '../../domain/result.ts';
import type { Given } from './option-sources.ts';
import type { OptionKey } from './option-table.ts';

/** Parses a text to a value. A relative path is resolved from `folder`. */
type Parse<T> = (text: string, folder: string) => Result<T>;

/** Reads single options. An invalid value is recorded as a problem and read as if it were absent. */
export class OptionReader {
  readonly #written: ReadonlyMap<OptionKey, Given>;
  readonly #problems: string[] = [];

  constructor(written: ReadonlyMap<OptionKey, Given>) {
    this.#written = written;
  }

  /** One sentence for each invalid value, with its source. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  one<T>(key: OptionKey, parse: Parse<T>): T | undefined {
    const given = this.#written.get(key);
    if (given === undefined) return undefined;
    if (typeof given.value === 'string' && given.value !== '') return this.#parse(given, given.value, parse);
    return this.#reject(given, given.value, 'expected a string.');
  }

  each<T>(key: OptionKey, parse: Parse<T>): readonly T[] {
    const given = this.#written.get(key);
    if (given === undefined) return [];
    const list: readonly unknown[] = Array.isArray(given.value) ? given.value : [given.value];
    return list.flatMap((text) => {
      if (typeof text !== 'string' || text === '')
        return this.#reject(given, given.value, 'expected a string or an array of strings.') ?? [];
      const value = this.#parse(given, text, parse);
      return value === undefined ? [] : [value];
    });
  }

  number(key: OptionKey, minimum: number, maximum: number): number | undefined {
    const given = this.#written.get(key);
    if (given === undefined) return undefined;
    const { value } = given;
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum)
      return number;
    return this.#reject(given, value, `expected a whole number from ${minimum} to ${maximum}.`);
  }

  flag(key: OptionKey): boolean {
    const given = this.#written.get(key);
    const word = typeof given?.value === 'string' ? given.value.toLowerCase() : given?.value;
    if (given === undefined || word === false || word === 'false' || word === '0') return false;
    if (word === true || word === 'true' || word === '1') return true;
    this.#reject(given, given.value, 'expected true or false.');
    return false;
  }

  #parse<T>(given: Given, text: string, parse: Parse<T>): T | undefined {
    const result = parse(text, given.folder);
    return result.ok ? result.value : this.#reject(given, text, result.error.message);
  }

  #reject({ origin }: Given, value: unknown, reason: string): undefined {
    this.#problems.push(`Invalid value ${JSON.stringify(value)} for ${origin}: ${reason}`);
  }
}
