import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../emulator/command/log-format.ts';
import type { LogEvent } from '../../emulator/domain/log-events.ts';
import type { LogFields, LogLevel } from '../../emulator/hub/ports.ts';

function written(
  settings: Parameters<typeof createLog>[1],
  ...lines: readonly (readonly [LogLevel, LogEvent, LogFields])[]
): readonly string[] {
  const output = new PassThrough();
  const log = createLog(output, settings);
  for (const line of lines) log(...line);
  return String(output.read() ?? '')
    .split('\n')
    .slice(0, -1);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;

describe('log line', () => {
  it('contains time, level, event and the fields that have a value', () => {
    const [line = ''] = written({ level: 'info', isJson: false }, [
      'warn',
      'client-refused',
      { deviceId: 'd1', moduleId: undefined, reason: 'token-expired', count: 2, isEdge: false },
    ]);
    expect(line).toMatch(TIME);
    expect(line.replace(TIME, '')).toBe(
      'warn  client-refused deviceId=d1 reason=token-expired count=2 isEdge=false',
    );
  });

  it.each([
    ['a b', 'deviceId="a b"'],
    ['', 'deviceId=""'],
    ['a=b', 'deviceId="a=b"'],
    ['say "hi"', 'deviceId="say \\"hi\\""'],
    ['a\nb', 'deviceId="a\\nb"'],
    ['\u001b[2J', 'deviceId="\\u001b[2J"'],
    ['a\u009b2J', 'deviceId="a\\u{9b}2J"'],
    ['a\u2028b', 'deviceId="a\\u{2028}b"'],
    ['a\u202eb', 'deviceId="a\\u{202e}b"'],
  ])(
    'quotes the value %j, so that a client cannot forge lines or control the terminal',
    (deviceId, expected) => {
      const lines = written({ level: 'info', isJson: false }, ['info', 'client-connected', { deviceId }]);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(TIME);
      expect(lines[0]?.endsWith(` client-connected ${expected}`)).toBe(true);
    },
  );

  it('is one JSON object if JSON is configured', () => {
    const [line = ''] = written({ level: 'info', isJson: true }, [
      'info',
      'client-connected',
      { deviceId: 'a\nb', moduleId: undefined },
    ]);
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/Z$/),
      level: 'info',
      event: 'client-connected',
      deviceId: 'a\nb',
    });
  });

  it.each([
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
    ['trace', ['error', 'warn', 'info', 'debug', 'trace']],
  ] as const)('is omitted if it is less urgent than the level %s', (level, expected) => {
    const lines = written(
      { level, isJson: true },
      ['error', 'client-connected', {}],
      ['warn', 'client-connected', {}],
      ['info', 'client-connected', {}],
      ['debug', 'client-connected', {}],
      ['trace', 'client-connected', {}],
    );
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });
});
