import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Throws if a source is newer than its built file. `npm test` builds before it tests. */
export function requireFreshBuild(folders: readonly string[]): void {
  const stale = findStaleFile(folders);
  if (stale !== undefined)
    throw new Error(`${stale} is newer than its built file, expected a fresh build: run npm run build.`);
}

/** Returns a source that is newer than its built file, or undefined. */
export function findStaleFile(folders: readonly string[]): string | undefined {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((source) => source.endsWith('.ts'))
    .find((source) => modifiedAt(join('dist', source.replace(/\.ts$/, '.js'))) < modifiedAt(source));
}

function modifiedAt(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
