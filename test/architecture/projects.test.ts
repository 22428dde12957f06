import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECTS } from '../../vitest.config.ts';
import { ROOT } from './imports.ts';

describe('the Vitest projects', () => {
  it('contain every folder with tests exactly once', () => {
    const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
    const folders = files
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => file.split(/[\\/]/)[0] ?? '');
    expect(Object.values(PROJECTS).flat().sort()).toEqual([...new Set(folders)].sort());
  });
});
