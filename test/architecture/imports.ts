import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The root folder of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One import of a file or a package. Paths are relative to the root and use forward slashes. */
export interface Import {
  readonly from: string;
  /** A path for a relative specifier, otherwise the name of a package or `node:` module. */
  readonly to:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'package'; readonly name: string };
}

const SOURCE = /\.(?:ts|mts|cts|js|mjs|cjs)$/;

/** Lists the source files in some folders of the repository and their subfolders, sorted by path. */
export function listSourceFiles(folders: readonly string[], root = ROOT): readonly string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => SOURCE.test(path) && !path.includes('node_modules'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

/**
 * Reads the imports of one file: `import`, `import type`, `export … from`, `import()`, `import('…').Type`
 * and `require()`.
 */
export function readImports(file: string, text = readFileSync(join(ROOT, file), 'utf8')): readonly Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
    from: file,
    to: parseSpecifier(file, fileName),
  }));
}

function parseSpecifier(file: string, specifier: string): Import['to'] {
  if (specifier.startsWith('.')) {
    const path = relative(ROOT, resolve(ROOT, dirname(file), specifier)).replaceAll('\\', '/');
    return { kind: 'file', path };
  }
  if (builtinModules.includes(specifier)) return { kind: 'package', name: `node:${specifier}` };
  if (specifier.startsWith('node:')) return { kind: 'package', name: specifier };
  const segments = specifier.split('/');
  return { kind: 'package', name: segments.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}
