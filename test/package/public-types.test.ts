import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/imports.ts';
import { requireFreshBuild } from '../setup/built-files.ts';

beforeAll(() => requireFreshBuild(['emulator', 'harness']));

describe('the public types of the package', () => {
  it('are those of the harness and the domain, without the inner hub', () => {
    const files = listDeclarations('dist/harness/harness.d.ts');
    expect(files.length).toBeGreaterThan(10);
    const isPublic = (file: string) => /^dist\/(harness|emulator\/domain)\//.test(file);
    expect(files.filter((file) => !isPublic(file))).toEqual([]);
  });
});

/** Lists the declaration files that a user of an entry loads, by following their imports. */
function listDeclarations(entry: string): readonly string[] {
  const files = new Set([entry]);
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
    for (const { fileName } of importedFiles) {
      if (fileName.startsWith('.')) files.add(join(dirname(file), fileName.replace(/\.[jt]s$/, '.d.ts')));
    }
  }
  return [...files].sort();
}
