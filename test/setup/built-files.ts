import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Fails where a source is newer than what was built from it: `npm test` builds before it tests. */
export function requireFreshBuild(folders: readonly string[]): void {
  for (const folder of folders) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const source = join(folder, name);
      const built = join('dist', source.replace(/\.ts$/, '.js'));
      if (modifiedAt(built) < modifiedAt(source))
        throw new Error(`${built} is older than ${source}, or missing: npm run build`);
    }
  }
}

function modifiedAt(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
