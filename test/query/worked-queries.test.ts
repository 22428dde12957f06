import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../emulator/query/evaluation/compile-query.ts';
import { DOCUMENTS, ROWS } from './fleet.ts';
import { parsed, resultOf } from './parsed.ts';
import { WORKED_QUERIES } from './worked-queries.ts';

describe('query over the example fleet', () => {
  it.each(WORKED_QUERIES)('returns the expected items for %s', (text, itemType, items) => {
    const query = parsed(text);
    const compiled = compileQuery(query, DOCUMENTS);
    expect(compiled.itemType).toBe(itemType);
    expect(resultOf(compiled, ROWS[query.source])).toEqual(items);
    expect(compiled.page(ROWS[query.source], 100)).toEqual({ items });
  });
});
