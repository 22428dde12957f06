import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A checkout of this project whose emulator is measured: this one, and as `before` that of `--against`. */
export interface Checkout {
  readonly name: 'emulator' | 'before';
  readonly root: string;
  /** The folder with the built emulator; it may be absent. */
  readonly dist: string;
}

/** Returns the checkouts to measure, or undefined if the folder of `--against` is not a checkout. */
export function checkoutsOf({
  against,
  dist,
}: {
  readonly against?: string | undefined;
  readonly dist?: string | undefined;
}): readonly Checkout[] | undefined {
  const emulator: Checkout = { name: 'emulator', root: ROOT, dist: resolve(dist ?? join(ROOT, 'dist')) };
  if (against === undefined) return [emulator];
  const root = resolve(against);
  if (!existsSync(join(root, 'bench/servers/emulator-server.ts'))) return undefined;
  return [emulator, { name: 'before', root, dist: join(root, 'dist') }];
}

/** Returns the file of the built command, or undefined if it is not found. */
export function builtCommandOf({ dist }: Checkout): string | undefined {
  const file = join(dist, 'emulator/cli.js');
  return existsSync(file) ? realpathSync(file) : undefined;
}
