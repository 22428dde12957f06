import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS } from '../../emulator/auth/refusal-reasons.ts';
import { LOG_EVENTS, LOG_REASONS } from '../../emulator/domain/log-events.ts';
import { CONNECT_REFUSAL_REASONS } from '../../emulator/mqtt/hub/hub-mqtt-service.ts';
import { DROP_REASONS } from '../../emulator/mqtt/wire/drop-reasons.ts';
import { readLogVocabulary, readStringLiterals } from './log-calls.ts';

const REASON_TABLES = [REFUSAL_REASONS, CONNECT_REFUSAL_REASONS, DROP_REASONS, LOG_REASONS];
const TABLE_FILES = [
  'emulator/auth/refusal-reasons.ts',
  'emulator/domain/log-events.ts',
  'emulator/mqtt/wire/drop-reasons.ts',
];
/** The events whose `reason` is the one of an error: a word of `failed(…)` or `refused(…)`. */
const EVENTS_WITH_ERROR_REASON = ['client-refused', 'service-refused'];

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

  it('has no reason outside the tables of reasons', () => {
    const words = calls.flatMap(({ reason }) => (reason.kind === 'words' ? reason.words : []));
    const found = new Set([...words, ...errorReasons]);
    expect([...found].filter((word) => !listed.includes(word))).toEqual([]);
  });

  it('has every reason of the tables, and each in one table only', () => {
    const literals = readStringLiterals(TABLE_FILES);
    expect(listed.filter((word) => !literals.has(word))).toEqual([]);
    expect([...new Set(listed)]).toEqual(listed);
  });

  it('has a word as reason in every event', () => {
    const withText = new Set(calls.filter(({ reason }) => reason.kind === 'text').map(({ event }) => event));
    expect([...withText].sort()).toEqual(EVENTS_WITH_ERROR_REASON);
  });
});
