import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Returns the version in the package.json of this package. */
export function packageVersion(): string {
  const file = createRequire(import.meta.url).resolve('iothub-emulator/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
