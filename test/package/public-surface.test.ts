import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/imports.ts';
import { listPublicSurface } from './public-surface.ts';

const { scripts, files, bin, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the public surface of the package', () => {
  it('has the exports of the harness with their members', async () => {
    const surface = listPublicSurface('harness/harness.ts').join('\n');
    await expect(`${surface}\n`).toMatchFileSnapshot('public-surface.txt');
  });

  it('has the entries and files of package.json', () => {
    expect({ bin, exports, files }).toMatchSnapshot();
  });

  it('has the npm scripts', () => {
    expect(Object.keys(scripts).sort()).toMatchSnapshot();
  });

  it('has the benchmarks by their names', () => {
    const text = readFileSync(join(ROOT, 'bench/run.ts'), 'utf8');
    const table = /MEASUREMENTS[^{]*= \{([\s\S]*?)\n\};/.exec(text)?.[1] ?? '';
    expect([...table.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1])).toMatchSnapshot();
  });

  it('has the scenarios by their names', () => {
    expect(readdirSync(join(ROOT, 'scenarios')).sort()).toMatchSnapshot();
  });
});
