import { failed, ok, type Result } from '../../domain/result.ts';
import type { QueryCollection } from '../../query/evaluation/collection.ts';
import { compileQuery, type QueryOptions } from '../../query/evaluation/compile-query.ts';
import { parseQuery } from '../../query/syntax/parse-query.ts';
import type { Query } from '../../query/syntax/syntax.ts';
import type { HubParts } from '../hub-parts.ts';
import type { PageOptions, Queries, QueryPage } from '../service-operations.ts';
import { type ClientRows, registrationOf } from './client-rows.ts';
import { DEVICE_JOBS, deviceJobsOf } from './device-job-collection.ts';
import { formatPageToken, indexOfKey, pageSizeOf, parsePageToken } from './paging.ts';
import { TWINS } from './twin-collection.ts';

/** What a query selects from: rows in the order of their keys. */
interface Source<Row> {
  readonly collection: QueryCollection<Row>;
  readonly rows: readonly Row[];
  keyOf(row: Row): string;
}

/** Makes the queries over twins and jobs: compiled once, run over the stored records themselves. */
export function createQueries(parts: HubParts, clients: ClientRows): Queries {
  const { log, options, state } = parts;
  const queryOptions: QueryOptions = { isMixedTypeNotEqualTrue: options.isMixedTypeNotEqualTrue ?? false };

  return {
    query: (text, page = {}) => {
      if (text.trim() === '') return failed('ArgumentNull', 'BadRequest');
      const query = parseQuery(text);
      if (query.ok) return answer(text, query.value, page);
      const { message } = query.error;
      log('warn', 'query-refused', { reason: 'query-malformed', message });
      return failed('ArgumentInvalid', `BadRequest: ${message}`, 'query-malformed');
    },
  };

  function answer(text: string, query: Query, page: PageOptions): Result<QueryPage> {
    switch (query.source) {
      case 'devices':
        return select(text, query, page, {
          collection: TWINS,
          rows: clients.devices(),
          keyOf: registrationOf,
        });
      case 'devices.modules':
        return select(text, query, page, {
          collection: TWINS,
          rows: clients.modules(),
          keyOf: registrationOf,
        });
      case 'devices.jobs':
        return select(text, query, page, {
          collection: DEVICE_JOBS,
          rows: deviceJobsOf(state.jobs.values()),
          keyOf: (row) => row.key,
        });
    }
  }

  function select<Row>(
    text: string,
    query: Query,
    page: PageOptions,
    { collection, rows, keyOf }: Source<Row>,
  ): Result<QueryPage> {
    const place = parsePageToken(text, page.continuationToken);
    if (!place.ok) return place;
    const { key = '', itemCount = 0 } = place.value ?? {};
    const compiled = compileQuery(query, collection, queryOptions);
    const position = { rowIndex: indexOfKey(rows, keyOf, key), itemCount };
    const { items, next } = compiled.page(rows, pageSizeOf(page), position);
    const { itemType } = compiled;
    if (next === undefined) return ok({ itemType, items });
    const following = { key: keyOf(rows[next.rowIndex] as Row), itemCount: next.itemCount };
    return ok({ itemType, items, continuationToken: formatPageToken(text, following) });
  }
}
