import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS } from '../../emulator/auth/refusal-reasons.ts';
import { LOG_EVENTS, LOG_REASONS } from '../../emulator/domain/log-events.ts';
import type { LogReason } from '../../emulator/domain/log-reasons.ts';
import { CONNECT_REFUSAL_REASONS } from '../../emulator/mqtt/hub/access/connect-refusals.ts';
import { DROP_REASONS } from '../../emulator/mqtt/wire/drop-reasons.ts';
import { readLogVocabulary, readStringLiterals } from './log-calls.ts';

const REASON_TABLES = [REFUSAL_REASONS, CONNECT_REFUSAL_REASONS, DROP_REASONS, LOG_REASONS];
// Does not compile if a table lacks a word of LogReason.
const MEANINGS: Readonly<Record<LogReason, string>> = {
  ...REFUSAL_REASONS,
  ...CONNECT_REFUSAL_REASONS,
  ...DROP_REASONS,
  ...LOG_REASONS,
};
const TABLE_FILES = [
  'emulator/auth/refusal-reasons.ts',
  'emulator/domain/log-events.ts',
  'emulator/domain/log-reasons.ts',
  'emulator/mqtt/hub/access/connect-refusals.ts',
  'emulator/mqtt/wire/drop-reasons.ts',
];

describe('the vocabulary of the log', () => {
  const { calls, errorReasons } = readLogVocabulary();
  const listed = REASON_TABLES.flatMap((table) => Object.keys(table)).sort();

  it('has a constant event in every call', () => {
    expect(calls.length).toBeGreaterThan(15);
    expect(calls.filter(({ event }) => event === undefined).map(({ place }) => place)).toEqual([]);
  });

  it('has exactly the events of LOG_EVENTS', () => {
    const found = new Set(calls.map(({ event }) => event));
    expect([...found].sort()).toEqual(Object.keys(LOG_EVENTS).sort());
  });

  it.each([
    ['request-failed', ['errorCode', 'method', 'operation', 'path']],
    ['connection-dropped', ['deviceId', 'moduleId', 'operation', 'reason']],
  ])('has the spread fields of %s', (event, fields) => {
    const found = calls.filter((call) => call.event === event).flatMap((call) => call.fields);
    expect(found).toEqual(expect.arrayContaining(fields));
  });

  it('has no reason outside the tables of reasons', () => {
    const words = calls.flatMap(({ reason }) => (reason.kind === 'words' ? reason.words : []));
    const found = new Set([...words, ...errorReasons]);
    expect([...found].filter((word) => !listed.includes(word))).toEqual([]);
  });

  it('has every reason of the tables, and each in one table only', () => {
    const literals = readStringLiterals(TABLE_FILES);
    expect(listed.filter((word) => !literals.has(word))).toEqual([]);
    expect(Object.keys(MEANINGS).sort()).toEqual(listed);
  });

  it('has a word as reason in every event', () => {
    expect(calls.filter(({ reason }) => reason.kind === 'text').map(({ place }) => place)).toEqual([]);
  });
});
