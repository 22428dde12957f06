import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CompatClient } from './clients.ts';

const CACHE = fileURLToPath(new URL('../../.cache/compat', import.meta.url));
const TIMEOUT_MILLISECONDS = 240_000;
const ONE_LINE = 160;

/** The folder in which a client is installed, or the reason why it cannot be tried. */
export type Installation = { readonly folder: string } | { readonly missing: string };

const execute = promisify(execFile);

/** Installs a client into the cache folder, once for each combination of versions. */
export async function installClient(client: CompatClient): Promise<Installation> {
  const { installer } = client.program;
  if (installer === 'system') return findPrograms(client.packages);
  try {
    const folder = join(CACHE, installer === 'npm' ? 'npm' : await pythonFolder(), keyOf(client));
    if (!existsSync(folder)) await fill(folder, (target) => INSTALLERS[installer](target, client.packages));
    return { folder };
  } catch (error) {
    return { missing: `${installer}: ${describe(error)}` };
  }
}

const INSTALLERS = {
  npm: (target: string, packages: readonly string[]) => {
    const retries = [
      '--prefer-offline',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=500',
      '--fetch-timeout=15000',
    ];
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error', ...retries];
    const options = ['--prefix', target, '--no-save', '--no-package-lock', '--ignore-scripts', ...quiet];
    return start('npm', ['install', ...options, ...packages]);
  },
  pip: (target: string, packages: readonly string[]) => {
    const names = packages.map((name) => name.replace('@', '=='));
    // A package that has to be compiled needs tools that few machines have.
    const options = [
      '--target',
      target,
      '--only-binary',
      'uamqp',
      '--quiet',
      '--retries',
      '1',
      '--timeout',
      '15',
    ];
    return start('python3', ['-m', 'pip', 'install', ...options, '--disable-pip-version-check', ...names]);
  },
};

/** Fills a folder under another name first, so that an interrupted installation is not taken for a whole one. */
async function fill(folder: string, install: (target: string) => Promise<unknown>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const target = await mkdtemp(`${folder}.`);
  try {
    await install(target);
    // Another run can have been faster.
    await rename(target, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function findPrograms(names: readonly string[]): Installation {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const absent = names.find((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return absent === undefined ? { folder: CACHE } : { missing: `${absent} is not installed` };
}

/** Compiled packages are for one version of Python. */
async function pythonFolder(): Promise<string> {
  const { stdout } = await start('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  return `python-${stdout.trim()}`;
}

function keyOf({ packages }: CompatClient): string {
  return packages.map((name) => name.replace('@', '-')).join('+');
}

function start(command: string, words: readonly string[]) {
  return execute(command, words, { timeout: TIMEOUT_MILLISECONDS, shell: process.platform === 'win32' });
}

function describe(error: unknown): string {
  const { stderr = '', message } = error as Error & { readonly stderr?: string };
  const lines = (stderr.trim() === '' ? message : stderr).trim().split('\n');
  const line = lines.find((candidate) => /^(npm )?error/i.test(candidate)) ?? lines[0] ?? '';
  // pip continues with the name of the package, which the summary has already.
  return line.replace(/ that satisfies the requirement .*/, '').slice(0, ONE_LINE);
}
