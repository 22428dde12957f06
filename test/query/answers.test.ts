import { describe, expect, it } from 'vitest';
import { formatJson, type JsonObject, NumberText } from '../../emulator/domain/json.ts';
import {
  type CompiledQuery,
  compileQuery,
  type QueryPosition,
} from '../../emulator/query/evaluation/compile-query.ts';
import { DEVICES, DOCUMENTS } from './fleet.ts';
import { parsed, resultOf } from './parsed.ts';

const NAMES: readonly (readonly [query: string, names: readonly string[]])[] = [
  ['SELECT DEVICEID, Status FROM devices', ['deviceId', 'status']],
  ['SELECT id FROM devices', ['deviceId']],
  ['SELECT devices.deviceId FROM devices', ['deviceId']],
  ['SELECT tags.site.region FROM devices', ['region']],
  ['SELECT properties.reported.alarms[0], deviceId FROM devices', ['$1', 'deviceId']],
  ['SELECT deviceId as DeviceId, status as Status FROM devices', ['DeviceId', 'Status']],
  ['SELECT COUNT(), MAX(version) AS newest, MIN(version) FROM devices', ['$1', 'newest', '$2']],
  ['SELECT tags.site.region, COUNT() FROM devices GROUP BY Tags.site.region', ['region', '$1']],
];

describe('query result', () => {
  it.each(NAMES)('has for %s items with the members %j', (text, names) => {
    expect(Object.keys(answerOf(text)[0] ?? {})).toEqual(names);
  });

  it('leaves out unknown names', () => {
    expect(answerOf('SELECT deviceId, nothing, nothing.at.all AS x FROM devices').at(0)).toEqual({
      deviceId: 'th-01',
    });
  });

  it('names a member by its alias, even if the alias is __proto__ or constructor', () => {
    const [item] = answerOf('SELECT TOP 1 deviceId AS __proto__, status AS constructor FROM devices');
    expect(Object.entries(item ?? {})).toEqual([
      ['__proto__', 'th-01'],
      ['constructor', 'enabled'],
    ]);
  });

  it('returns numbers as they were spelled', () => {
    const rows: JsonObject[] = [{ tags: { size: new NumberText('1.0') } }];
    const answer = resultOf(compileQuery(parsed('SELECT tags.size FROM devices'), DOCUMENTS), rows);
    expect(answer.map(formatJson)).toEqual(['{"size":1.0}']);
  });

  it('groups equal values and separates values of different types', () => {
    const values = [
      1,
      new NumberText('1.0'),
      '1',
      true,
      'true',
      null,
      'null',
      { a: 1 },
      { a: 1 },
      [],
      undefined,
    ];
    const rows = values.map((v): JsonObject => (v === undefined ? {} : { tags: { v } }));
    const query = parsed('SELECT tags.v, COUNT() AS n FROM devices GROUP BY tags.v');
    expect(resultOf(compileQuery(query, DOCUMENTS), rows)).toEqual([
      { v: 1, n: 2 },
      { v: '1', n: 1 },
      { v: true, n: 1 },
      { v: 'true', n: 1 },
      { v: null, n: 1 },
      { v: 'null', n: 1 },
      { v: { a: 1 }, n: 2 },
      { v: [], n: 1 },
      { n: 1 },
    ]);
  });

  it('groups by two properties without confusing their values', () => {
    const rows: JsonObject[] = [
      { tags: { a: 'x,', b: 'y' } },
      { tags: { a: 'x', b: ',y' } },
      { tags: { a: 'x' } },
      { tags: { b: 'x' } },
    ];
    const query = parsed('SELECT tags.a, tags.b, COUNT() AS n FROM devices GROUP BY tags.a, tags.b');
    expect(resultOf(compileQuery(query, DOCUMENTS), rows)).toEqual(
      rows.map(({ tags }) => ({ ...(tags as JsonObject), n: 1 })),
    );
  });

  it('returns the distinct values of a query with GROUP BY and no aggregate', () => {
    expect(answerOf('SELECT status FROM devices GROUP BY status')).toEqual([
      { status: 'enabled' },
      { status: 'disabled' },
    ]);
  });

  it('leaves out AVG, MIN and MAX of no rows, and returns COUNT and SUM as 0', () => {
    const query =
      "SELECT COUNT() AS n, SUM(version) AS s, AVG(version) AS a, MIN(version) AS lo, MAX(version) AS hi FROM devices WHERE deviceId = 'nope'";
    expect(answerOf(query)).toEqual([{ n: 0, s: 0 }]);
    expect(answerOf(`${query} GROUP BY tags.x`)).toEqual([]);
  });

  it('has at most TOP items, also if they are groups', () => {
    expect(answerOf('SELECT TOP 0 * FROM devices')).toEqual([]);
    expect(answerOf('SELECT TOP 100 * FROM devices')).toEqual(DEVICES);
    expect(answerOf('SELECT TOP 1 status, COUNT() AS n FROM devices GROUP BY status')).toEqual([
      { status: 'enabled', n: 5 },
    ]);
  });
});

describe('paging of a query result', () => {
  it.each([
    [1, 'SELECT deviceId FROM devices'],
    [2, 'SELECT deviceId FROM devices'],
    [4, 'SELECT * FROM devices'],
    [6, 'SELECT * FROM devices'],
    [2, "SELECT * FROM devices WHERE status = 'enabled'"],
    [2, 'SELECT TOP 4 deviceId FROM devices'],
    [2, 'SELECT TOP 3 deviceId FROM devices'],
    [1, 'SELECT status, COUNT() AS n FROM devices GROUP BY status'],
  ])('returns in pages of %i items the same items as the whole result of %s', (limit, text) => {
    const query = compileQuery(parsed(text), DOCUMENTS);
    expect(allPages(query, limit).flat()).toEqual(resultOf(query, DEVICES));
  });

  it('does not end with an empty page', () => {
    const query = compileQuery(
      parsed("SELECT deviceId FROM devices WHERE STARTSWITH(deviceId, 'th-')"),
      DOCUMENTS,
    );
    expect(allPages(query, 3)).toHaveLength(1);
    expect(allPages(query, 1)).toHaveLength(3);
    const top = compileQuery(parsed('SELECT TOP 4 deviceId FROM devices'), DOCUMENTS);
    expect(allPages(top, 2)).toHaveLength(2);
  });

  it('reads only the rows that the page needs', () => {
    let readCount = 0;
    const collection = {
      ...DOCUMENTS,
      document(row: JsonObject) {
        readCount++;
        return row;
      },
    };
    const query = compileQuery(parsed('SELECT * FROM devices'), collection);
    expect(query.page(DEVICES, 2, { rowIndex: 1, itemCount: 1 }).items).toEqual(DEVICES.slice(1, 3));
    expect(readCount).toBe(2);
  });
});

function answerOf(text: string): readonly JsonObject[] {
  return resultOf(compileQuery(parsed(text), DOCUMENTS), DEVICES);
}

function allPages(query: CompiledQuery<JsonObject>, limit: number): readonly (readonly JsonObject[])[] {
  const pages: (readonly JsonObject[])[] = [];
  let position: QueryPosition | undefined;
  do {
    const page = query.page(DEVICES, limit, position);
    pages.push(page.items);
    position = page.next;
  } while (position !== undefined);
  return pages;
}
