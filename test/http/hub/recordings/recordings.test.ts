import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startHttpHub } from '../../http-hub.ts';
import { RECORDING_DIFFERENCES, type RecordingDifference } from './recording-differences.ts';
import { type Recording, replay } from './replay.ts';

const folder = process.env['IOTHUB_RECORDINGS'];
const names = folder === undefined ? [] : recordingNames(folder);

it.skipIf(folder !== undefined)(
  'no recording is replayed, because IOTHUB_RECORDINGS names no folder',
  ({ skip }) => skip(),
);

describe.skipIf(folder === undefined)('a new hub', () => {
  const seen = new Set<RecordingDifference>();

  it.each(names)('answers as the recorded hub in %s', async (name) => {
    await using http = await startHttpHub();
    const recording: Recording = JSON.parse(readFileSync(join(folder ?? '', `${name}.json`), 'utf8'));
    const unexplained = (await replay(http, recording)).filter((difference) => {
      const known = RECORDING_DIFFERENCES.filter((candidate) => explains(candidate, name, difference));
      for (const each of known) seen.add(each);
      return known.length === 0;
    });
    expect(unexplained).toEqual([]);
  });

  it('has every listed difference from the recorded hub', () => {
    expect(names.length).toBeGreaterThan(0);
    expect(RECORDING_DIFFERENCES.filter((difference) => !seen.has(difference))).toEqual([]);
  });
});

function recordingNames(path: string): readonly string[] {
  const files = readdirSync(path).filter((file) => file.endsWith('.json'));
  return files.map((file) => file.slice(0, -'.json'.length)).sort();
}

function explains(known: RecordingDifference, name: string, difference: string): boolean {
  if (known.recording !== undefined && known.recording !== name) return false;
  const beginning = known.difference.startsWith('* ') ? difference.replace(/^\d+/, '*') : difference;
  return beginning.startsWith(known.difference);
}
