import { failed, ok, type Result } from '../../domain/result.ts';
import type { QueryCollection } from '../../query/evaluation/collection.ts';
import { compileQuery, type QueryOptions } from '../../query/evaluation/compile-query.ts';
import { parseQuery } from '../../query/syntax/parse-query.ts';
import type { Query } from '../../query/syntax/syntax.ts';
import { registrationOf } from '../../store/client-store.ts';
import type { HubParts } from '../hub-parts.ts';
import { DEVICE_JOBS, deviceJobsOf } from './device-job-collection.ts';
import {
  formatPageToken,
  indexOfKey,
  type PageOptions,
  pageSizeOf,
  parsePageToken,
  type QueryPage,
} from './paging.ts';
import { candidateRows, TWINS } from './twin-collection.ts';

/** A query that is compiled. Returns one page of its result. */
type PreparedQuery = (page: PageOptions) => Result<QueryPage>;

/** The source of a query: rows in the order of their keys. */
interface Source<Row> {
  readonly collection: QueryCollection<Row>;
  readonly rows: () => readonly Row[];
  readonly keyOf: (row: Row) => string;
}

// Back ends repeat few queries, for each page and when they poll. A full cache is cleared completely.
const MAXIMUM_PREPARED_QUERIES = 64;

/** Queries over `devices`, `devices.modules` and `devices.jobs`, in the order of registration. */
export class Queries {
  readonly #parts: HubParts;
  readonly #options: QueryOptions;
  /** The compiled queries by their text. */
  readonly #prepared = new Map<string, Result<PreparedQuery>>();

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#options = parts.options;
  }

  /**
   * Runs a query on the stored records. Errors: `ArgumentNull` for an empty text, `ArgumentInvalid` for invalid syntax,
   * with the position. `ArgumentInvalid` also for a continuation token of another query.
   */
  queryTwins(text: string, page: PageOptions = {}): Result<QueryPage> {
    const prepared = this.#prepared.get(text) ?? this.#prepare(text);
    return prepared.ok ? prepared.value(page) : prepared;
  }

  #prepare(text: string): Result<PreparedQuery> {
    if (text.trim() === '') return failed('ArgumentNull', 'BadRequest');
    const query = parseQuery(text);
    if (!query.ok) {
      const { message } = query.error;
      this.#parts.log('warn', 'query-refused', {
        operation: 'queryTwins',
        reason: 'query-malformed',
        message,
      });
      return failed('ArgumentInvalid', `BadRequest: ${message}`, 'query-malformed');
    }
    const prepared = ok(this.#compile(text, query.value));
    if (this.#prepared.size >= MAXIMUM_PREPARED_QUERIES) this.#prepared.clear();
    this.#prepared.set(text, prepared);
    return prepared;
  }

  #compile(text: string, query: Query): PreparedQuery {
    const { clients, jobs } = this.#parts.store;
    const { source, where } = query;
    if (source === 'devices.jobs')
      return this.#compileFor(text, query, {
        collection: DEVICE_JOBS,
        rows: () => deviceJobsOf(jobs.jobs.values()),
        keyOf: (row) => row.key,
      });
    const condition = where === undefined ? { source } : { source, where };
    return this.#compileFor(text, query, {
      collection: TWINS,
      rows: () => candidateRows(clients, condition),
      keyOf: registrationOf,
    });
  }

  #compileFor<Row>(text: string, query: Query, { collection, rows, keyOf }: Source<Row>): PreparedQuery {
    const compiled = compileQuery(query, collection, this.#options);
    const { itemType } = compiled;
    return (page) => {
      const parsed = parsePageToken(text, page.continuationToken);
      if (!parsed.ok) return parsed;
      const place = parsed.value;
      const all = rows();
      const start = place && { rowIndex: indexOfKey(all, keyOf, place.key), itemCount: place.itemCount };
      const { items, next } = compiled.page(all, pageSizeOf(page), start);
      if (next === undefined) return ok({ itemType, items });
      const following = { key: keyOf(all[next.rowIndex] as Row), itemCount: next.itemCount };
      return ok({ itemType, items, continuationToken: formatPageToken(text, following) });
    };
  }
}
