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
import { TWINS } from './twin-collection.ts';

/** The source of a query: rows in the order of their keys. */
interface Source<Row> {
  readonly collection: QueryCollection<Row>;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** Queries over `devices`, `devices.modules` and `devices.jobs`, in the order of registration. */
export class Queries {
  readonly #parts: HubParts;
  readonly #options: QueryOptions;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#options = { isMixedTypeNotEqualTrue: parts.options.isMixedTypeNotEqualTrue ?? false };
  }

  /**
   * Runs a query on the stored records. Errors: `ArgumentNull` for an empty text, `ArgumentInvalid` for invalid syntax
   * (with the position) and for a continuation token of another query.
   */
  queryTwins(text: string, page: PageOptions = {}): Result<QueryPage> {
    if (text.trim() === '') return failed('ArgumentNull', 'BadRequest');
    const query = parseQuery(text);
    if (query.ok) return this.#answer(text, query.value, page);
    const { message } = query.error;
    this.#parts.log('warn', 'query-refused', { reason: 'query-malformed', message });
    return failed('ArgumentInvalid', `BadRequest: ${message}`, 'query-malformed');
  }

  #answer(text: string, query: Query, page: PageOptions): Result<QueryPage> {
    const { clients, jobs } = this.#parts.store;
    switch (query.source) {
      case 'devices':
        return this.#select(text, query, page, {
          collection: TWINS,
          rows: clients.deviceRows(),
          keyOf: registrationOf,
        });
      case 'devices.modules':
        return this.#select(text, query, page, {
          collection: TWINS,
          rows: clients.moduleRows(),
          keyOf: registrationOf,
        });
      case 'devices.jobs':
        return this.#select(text, query, page, {
          collection: DEVICE_JOBS,
          rows: deviceJobsOf(jobs.jobs.values()),
          keyOf: (row) => row.key,
        });
    }
  }

  #select<Row>(
    text: string,
    query: Query,
    page: PageOptions,
    { collection, rows, keyOf }: Source<Row>,
  ): Result<QueryPage> {
    const place = parsePageToken(text, page.continuationToken);
    if (!place.ok) return place;
    const { key = '', itemCount = 0 } = place.value ?? {};
    const compiled = compileQuery(query, collection, this.#options);
    const position = { rowIndex: indexOfKey(rows, keyOf, key), itemCount };
    const { items, next } = compiled.page(rows, pageSizeOf(page), position);
    const { itemType } = compiled;
    if (next === undefined) return ok({ itemType, items });
    const following = { key: keyOf(rows[next.rowIndex] as Row), itemCount: next.itemCount };
    return ok({ itemType, items, continuationToken: formatPageToken(text, following) });
  }
}
