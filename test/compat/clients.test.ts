import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIENTS } from './clients.ts';

const TEST_FILES = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));

describe('the table of clients', () => {
  it('contains no program without a test', () => {
    const isTested = (file: string) =>
      TEST_FILES.some((name) => name === file || contentOf(name).includes(`testClients('${file}')`));
    expect(CLIENTS.map(({ program }) => program.file).filter((file) => !isTested(file))).toEqual([]);
  });

  it('contains each version of a client once', () => {
    const names = CLIENTS.map(({ program, version }) => `${program.client} ${version}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it('names no feature both as working and as failing', () => {
    const both = CLIENTS.flatMap(({ works, fails = {} }) => works.filter((feature) => feature in fails));
    expect(both).toEqual([]);
  });
});

function contentOf(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}
