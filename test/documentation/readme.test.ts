import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GENERATED_TABLES, withGeneratedTables } from './tables.ts';

const README = new URL('../../README.md', import.meta.url);

describe('the README', () => {
  it('shows the tables as the emulator has them (npm run docs writes them anew)', async () => {
    const text = await readFile(README, 'utf8');
    const current = withGeneratedTables(text);
    if (process.env['UPDATE_README'] === '1') await writeFile(README, current);
    else expect(text).toBe(current);
  });

  it.each(Object.keys(GENERATED_TABLES))('has the table %s', async (name) => {
    expect(await readFile(README, 'utf8')).toContain(`<!-- begin ${name} -->`);
  });
});
