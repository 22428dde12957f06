import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../emulator/query/evaluation/compile-query.ts';
import { parseCondition, parseQuery } from '../../emulator/query/syntax/parse-query.ts';
import { DEVICES, DOCUMENTS } from './fleet.ts';
import { formatQuery } from './format-query.ts';
import { parsed, parsedCondition, refusalOf, resultOf } from './parsed.ts';

const ONLY = 'only IS_DEFINED, STARTSWITH, ENDSWITH, ARRAY_CONTAINS are';
const TOO_DEEP = 'The query is nested deeper than 64 levels';

// Query, line and column, reason.
const REFUSED_QUERIES: readonly (readonly [string, string, string])[] = [
  // Refused by IoT Hub, as documented or observed.
  [
    "SELECT * FROM devices WHERE STARTS_WITH(deviceId, 'th')",
    '1:29',
    `Function STARTS_WITH is not supported by twin queries, ${ONLY}`,
  ],
  [
    "SELECT * FROM devices WHERE CONTAINS(deviceId, 'th')",
    '1:29',
    `Function CONTAINS is not supported by twin queries, ${ONLY}`,
  ],
  ['SELECT * FROM devices ORDER BY deviceId', '1:23', 'ORDER is no part of the IoT Hub query language'],
  ['SELECT * FROM twins', '1:15', 'Unknown collection, expected devices, devices.modules or devices.jobs'],
  [
    'SELECT deviceId FROM devices WHERE tags.site.region =',
    '1:54',
    'Unexpected end of the text, expected a property, constant or function',
  ],
  ["SELECT * FROM devices WHERE deviceId IN ('a','b')", '1:41', "Unexpected '(', expected '['"],
  ['SELECT jobId FROM devices.jobs', '1:8', 'A query of devices.jobs can only SELECT *'],
  ['FROM devices', '1:1', "Unexpected 'FROM', expected SELECT"],
  ["SELECT * FROM devices WHERE tags.group = 'a'", '1:34', "'group' is a keyword, as a name write [[group]]"],
  // Clauses and collections.
  ['', '1:1', 'Unexpected end of the text, expected SELECT'],
  ['SELECT FROM devices', '1:8', "Unexpected 'FROM', expected a property, an aggregate or '*'"],
  ['SELECT *', '1:9', 'Unexpected end of the text, expected FROM'],
  ['SELECT *, deviceId FROM devices', '1:9', "Unexpected ',', expected FROM"],
  ['SELECT TOP deviceId FROM devices', '1:12', "Unexpected 'deviceId', expected a whole number"],
  ['SELECT TOP 1.5 * FROM devices', '1:12', "Unexpected '1.5', expected a whole number"],
  ['SELECT DISTINCT deviceId FROM devices', '1:8', 'DISTINCT is no part of the IoT Hub query language'],
  ['SELECT * FROM', '1:14', 'Unexpected end of the text, expected devices, devices.modules or devices.jobs'],
  [
    'SELECT * FROM devices.twins',
    '1:15',
    'Unknown collection, expected devices, devices.modules or devices.jobs',
  ],
  ['SELECT * FROM devices d', '1:23', "Unexpected 'd', expected WHERE, GROUP BY or the end of the query"],
  ['SELECT * FROM devices JOIN devices.modules', '1:23', 'JOIN is no part of the IoT Hub query language'],
  ['SELECT * FROM devices OFFSET 10 LIMIT 5', '1:23', 'OFFSET is no part of the IoT Hub query language'],
  [
    'SELECT * FROM devices WHERE',
    '1:28',
    'Unexpected end of the text, expected a property, constant or function',
  ],
  [
    'SELECT * FROM (SELECT * FROM devices)',
    '1:15',
    "Unexpected '(', expected devices, devices.modules or devices.jobs",
  ],
  ['SELECT deviceId AS FROM devices', '1:20', "Unexpected 'FROM', expected an alias"],
  ["SELECT deviceId AS 'id' FROM devices", '1:20', 'Unexpected string, expected an alias'],
  ['SELECT * FROM devices;', '1:22', 'Unexpected character U+003B'],
  // Conditions.
  [
    "SELECT * FROM devices WHERE deviceId LIKE 'th%'",
    '1:38',
    'LIKE is no part of the IoT Hub query language',
  ],
  [
    'SELECT * FROM devices WHERE tags.floor BETWEEN 1 AND 2',
    '1:40',
    'BETWEEN is no part of the IoT Hub query language',
  ],
  [
    "SELECT * FROM devices WHERE status == 'enabled'",
    '1:37',
    "Unexpected '=', expected a property, constant or function",
  ],
  [
    'SELECT * FROM devices WHERE tags.a = tags.b = tags.c',
    '1:45',
    "Unexpected '=', expected an operator, GROUP BY or the end of the query",
  ],
  ['SELECT * FROM devices WHERE deviceId IN []', '1:42', "Unexpected ']', expected a constant"],
  ['SELECT * FROM devices WHERE deviceId IN [tags.a]', '1:42', "Unexpected 'tags', expected a constant"],
  [
    "SELECT * FROM devices WHERE deviceId NOT IN ['a']",
    '1:38',
    "Unexpected 'NOT', expected an operator, GROUP BY or the end of the query",
  ],
  ['SELECT * FROM devices WHERE (tags.a', '1:36', "Unexpected end of the text, expected ')'"],
  [
    'SELECT * FROM devices WHERE tags.a)',
    '1:35',
    "Unexpected ')', expected an operator, GROUP BY or the end of the query",
  ],
  ['SELECT * FROM devices WHERE tags.[[]] = 1', '1:34', 'A name in [[ ]] must have a character and an end'],
  ['SELECT * FROM devices WHERE tags.[[a] = 1', '1:34', 'A name in [[ ]] must have a character and an end'],
  ['SELECT * FROM devices WHERE tags.list[-1] = 1', '1:39', "Unexpected '-', expected an array index"],
  ["SELECT * FROM devices WHERE tags.list['a'] = 1", '1:39', 'Unexpected string, expected an array index'],
  [
    'SELECT * FROM devices WHERE group = 1',
    '1:29',
    "Unexpected 'group', expected a property, constant or function",
  ],
  // Functions and aggregates.
  ['SELECT * FROM devices WHERE IS_DEFINED()', '1:29', 'IS_DEFINED takes 1 argument'],
  ['SELECT * FROM devices WHERE STARTSWITH(deviceId)', '1:29', 'STARTSWITH takes 2 arguments'],
  ['SELECT * FROM devices WHERE COUNT() > 1', '1:29', 'COUNT can stand only in the SELECT list'],
  ['SELECT IS_DEFINED(tags) FROM devices', '1:8', 'IS_DEFINED can stand only in the WHERE clause'],
  [
    'SELECT LENGTH(deviceId) FROM devices',
    '1:8',
    `Function LENGTH is not supported by twin queries, ${ONLY}`,
  ],
  ['SELECT COUNT(*) FROM devices', '1:14', "Unexpected '*', expected ')'"],
  ['SELECT AVG() FROM devices', '1:12', "Unexpected ')', expected a property"],
  ['SELECT deviceId, COUNT() FROM devices', '1:8', 'The property must stand in GROUP BY or in an aggregate'],
  [
    'SELECT COUNT() AS n, tags.b FROM devices GROUP BY tags.a',
    '1:22',
    'The property must stand in GROUP BY or in an aggregate',
  ],
  ['SELECT * FROM devices GROUP BY tags.a', '1:23', 'GROUP BY needs FROM devices and a list of columns'],
  ['SELECT COUNT() FROM devices.modules', '1:8', 'Aggregates need FROM devices'],
  [
    'SELECT deviceId FROM devices.modules GROUP BY deviceId',
    '1:38',
    'GROUP BY needs FROM devices and a list of columns',
  ],
  [
    'SELECT properties.desired.a, properties.reported.a FROM devices',
    '1:30',
    'Two columns would have the same name, give one an alias with AS',
  ],
  [
    'SELECT deviceId, DeviceID FROM devices',
    '1:18',
    'Two columns would have the same name, give one an alias with AS',
  ],
  // Jobs.
  ['SELECT COUNT() FROM devices.jobs', '1:8', 'A query of devices.jobs can only SELECT *'],
  ['SELECT * FROM devices.jobs GROUP BY jobId', '1:28', 'GROUP BY needs FROM devices and a list of columns'],
  [
    "SELECT * FROM devices.jobs WHERE devices.jobs.tags.a = 'x'",
    '1:34',
    'A query of devices.jobs cannot refer to the twin',
  ],
  // Constants.
  ["SELECT * FROM devices WHERE deviceId = 'th", '1:40', 'The string has no end'],
  ["SELECT * FROM devices WHERE deviceId = 'a\\nb'", '1:42', 'Unknown escape in a string'],
  ['SELECT * FROM devices WHERE tags.a = 12abc', '1:38', 'The number is malformed'],
  ['SELECT * FROM devices WHERE tags.a = 1.2.3', '1:38', 'The number is malformed'],
  ['SELECT * FROM devices WHERE tags.a = 1e999', '1:38', 'The number is too large'],
  ['SELECT * FROM devices WHERE tags.a = #1', '1:38', "Unexpected character '#'"],
  ['SELECT * FROM devices WHERE tags.a = 😀', '1:38', 'Unexpected character U+1F600'],
  ['SELECT *\nFROM devices\n  WHERE tags.a ! 1', '3:16', "Unexpected character '!'"],
];

// Title, query, line and column, reason.
const OVERSIZED_QUERIES: readonly (readonly [string, string, string, string])[] = [
  [
    '8193 characters',
    `SELECT * FROM devices${' '.repeat(8193 - 21)}`,
    '1:8193',
    'The query is longer than 8192 characters',
  ],
  ['thousands of parentheses', filtered('('.repeat(4000)), '1:94', TOO_DEEP],
  ['thousands of NOTs', filtered(`${'NOT '.repeat(2000)}tags.a`), '1:289', TOO_DEEP],
  ['thousands of minus signs', filtered(`${'-'.repeat(8000)}tags.a`), '1:94', TOO_DEEP],
  ['hundreds of nested calls', filtered('IS_DEFINED('.repeat(700)), '1:744', TOO_DEEP],
];

const LARGE_QUERIES: readonly (readonly [string, string])[] = [
  ['8192 characters', `SELECT * FROM devices${' '.repeat(8192 - 21)}`],
  ['64 levels of parentheses', filtered(`${'('.repeat(64)}tags.a${')'.repeat(64)}`)],
  ['a sum of 2001 terms', filtered(`tags.a ${'+ 1 '.repeat(2000)}= 1`)],
  ['a choice of 1601 conditions', filtered(`a${' OR a'.repeat(1600)}`)],
];

const ACCEPTED_QUERIES: readonly string[] = [
  "SELECT * FROM devices WHERE tags.[[group]] = 'a'",
  'SELECT deviceId as DeviceId, status as Status, statusUpdatedTime as StatusUpdatedTime FROM devices',
  'select top 5 tags.[[a b]].2nd[0] as x from devices where not (tags.a <> 0x1F) or tags.b nin [-1, null, undefined]',
  'SELECT deviceId, tags.deviceid FROM devices',
];

const REFUSED_CONDITIONS: readonly (readonly [string, string])[] = [
  ['', 'Line 1:1 Unexpected end of the text, expected a property, constant or function'],
  ['SELECT * FROM devices', "Line 1:1 Unexpected 'SELECT', expected a property, constant or function"],
  ['* AND true', "Line 1:3 Unexpected 'AND', expected the end of the condition"],
  ['FROM devices.jobs', 'Line 1:6 A condition selects from devices or devices.modules'],
  [
    'FROM devices.modules moduleId',
    "Line 1:22 Unexpected 'moduleId', expected WHERE or the end of the condition",
  ],
  [
    "deviceId = 'a' GROUP BY deviceId",
    "Line 1:16 Unexpected 'GROUP', expected an operator or the end of the condition",
  ],
];

describe('query parser', () => {
  it.each(REFUSED_QUERIES)('refuses the query %s at %s: %s', (text, place, reason) => {
    expect(refusalOf(parseQuery(text))).toBe(`Line ${place} ${reason}`);
  });

  it.each(ACCEPTED_QUERIES)('accepts the query %s', (text) => {
    expect(parsed(text)).toBeDefined();
  });

  it.each(OVERSIZED_QUERIES)('refuses a query of %s', (_title, text, place, reason) => {
    expect(refusalOf(parseQuery(text))).toBe(`Line ${place} ${reason}`);
  });

  it.each(LARGE_QUERIES)('runs a query of %s', (_title, text) => {
    expect(resultOf(compileQuery(parsed(text), DOCUMENTS), DEVICES)).toBeInstanceOf(Array);
    expect(parsed(formatQuery(parsed(text)))).toStrictEqual(parsed(text));
  });

  it.each(REFUSED_CONDITIONS)('refuses the target condition %s: %s', (text, message) => {
    expect(refusalOf(parseCondition(text))).toBe(message);
  });

  it('parses * as the condition that targets every device', () => {
    expect(parsedCondition(' * ')).toStrictEqual({ source: 'devices' });
  });

  it('parses a condition that targets modules', () => {
    expect(parsedCondition("from devices.modules where moduleId = 'x'")).toStrictEqual({
      source: 'devices.modules',
      where: {
        kind: 'comparison',
        operator: '=',
        left: { kind: 'path', root: 'moduleId', steps: [] },
        right: { kind: 'constant', value: 'x' },
      },
    });
  });
});

function filtered(condition: string): string {
  return `SELECT * FROM devices WHERE ${condition}`;
}
