import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import {
  defaultAuthorityDirectory,
  openAuthority,
  removeAuthority,
} from '../../emulator/certificates/local-authority.ts';

const YEAR = 365 * 24 * 60 * 60 * 1000;
const now = Date.now();

describe('local certificate authority', () => {
  let base: string;
  let directory: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'iothub-emulator-authority-'));
    directory = join(base, 'deep', 'iothub-emulator');
  });
  afterEach(() => rm(base, { recursive: true }));

  const modeOf = async (...names: string[]) => (await stat(join(directory, ...names))).mode & 0o777;

  it('is created once and then reused, in files that only the owner can read', async () => {
    const first = await openAuthority(directory, { now });
    const second = await openAuthority(directory, { now: now + 9 * YEAR });
    expect(second).toEqual(first);
    expect(first.certificatePath).toBe(join(directory, 'authority', 'ca.pem'));
    expect(await readFile(first.certificatePath, 'utf8')).toBe(first.certificatePem);
    expect(await readdir(directory)).toEqual(['authority']);
    if (process.platform === 'win32') return;
    expect(await modeOf()).toBe(0o700);
    expect(await modeOf('authority')).toBe(0o700);
    expect(await modeOf('authority', 'ca-key.pem')).toBe(0o600);
  });

  it('is the same for all calls that open it at the same time in one process', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => openAuthority(directory, { now })));
    expect(new Set(opened.map((authority) => authority.keyPem)).size).toBe(1);
    expect(await readdir(directory)).toEqual(['authority']);
  });

  it('is the same for processes that open it at the same time', async () => {
    const module = pathToFileURL(
      join(import.meta.dirname, '../../emulator/certificates/local-authority.ts'),
    ).href;
    const program = `
      const { openAuthority } = await import(${JSON.stringify(module)});
      process.stdout.write('ready\\n');
      process.stdin.once('data', async () => {
        const authority = await openAuthority(${JSON.stringify(directory)}, { now: Date.now() });
        process.stdout.write(authority.certificatePem, () => process.exit(0));
      });`;
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const outputs = children.map(() => '');
    for (const [index, child] of children.entries()) {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        outputs[index] += text;
      });
    }
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    const ends = Promise.all(children.map((child) => once(child, 'close')));
    for (const child of children) child.stdin.write('go\n');
    expect(await ends).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    const { certificatePem } = await openAuthority(directory, { now });
    expect(outputs).toEqual(Array(3).fill(`ready\n${certificatePem}`));
    expect(await readdir(directory)).toEqual(['authority']);
  });

  it.each([
    ['it expired', async () => undefined, now + 11 * YEAR],
    ['it is valid only from', async () => undefined, now - YEAR],
    ['malformed or missing', (folder: string) => writeFile(join(folder, 'ca.pem'), 'junk'), now],
    ['malformed or missing', (folder: string) => rm(join(folder, 'ca-key.pem')), now],
    ['ca.pem is missing', (folder: string) => rm(join(folder, 'ca.pem')), now],
    [
      'key of another certificate',
      async (folder: string) => writeFile(join(folder, 'ca-key.pem'), (await createAuthority(now)).keyPem),
      now,
    ],
  ])('is refused with an error that says what to do: %s', async (problem, damage, at) => {
    const { certificatePath } = await openAuthority(directory, { now });
    const folder = join(directory, 'authority');
    await damage(folder);
    const files = await readdir(folder);
    await expect(openAuthority(directory, { now: at })).rejects.toThrow(problem);
    await expect(openAuthority(directory, { now: at })).rejects.toThrow(`Delete that folder`);
    expect(await readdir(folder)).toEqual(files);
    expect(certificatePath.startsWith(folder)).toBe(true);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'rejects with the path if the directory cannot be written',
    async () => {
      await mkdir(base, { recursive: true });
      await chmod(base, 0o500);
      await expect(openAuthority(directory, { now })).rejects.toThrow(/EACCES.*deep/);
      await chmod(base, 0o700);
    },
  );

  it('is removed with its directory, unless the directory contains files of the user', async () => {
    expect(await removeAuthority(directory)).toBe(false);
    await openAuthority(directory, { now });
    expect(await removeAuthority(directory)).toBe(true);
    await expect(stat(directory)).rejects.toThrow('ENOENT');
    await openAuthority(directory, { now });
    await writeFile(join(directory, 'mine.txt'), 'mine');
    expect(await removeAuthority(directory)).toBe(true);
    expect(await readdir(directory)).toEqual(['mine.txt']);
  });
});

describe('directory of the local certificate authority', () => {
  it.each([
    ['linux', {}, '/home/u', '/home/u/.local/share/iothub-emulator'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/home/u', '/data/iothub-emulator'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/u', '/home/u/.local/share/iothub-emulator'],
    ['linux', { XDG_DATA_HOME: '' }, '/home/u', '/home/u/.local/share/iothub-emulator'],
    [
      'darwin',
      { XDG_DATA_HOME: '/data' },
      '/Users/u',
      '/Users/u/Library/Application Support/iothub-emulator',
    ],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\Users\\u', 'C:\\L\\iothub-emulator'],
    ['win32', {}, 'C:\\Users\\u', 'C:\\Users\\u\\AppData\\Local\\iothub-emulator'],
  ] as const)(
    'is on %s, with the variables %j and the home %s, the path %s',
    (platform, environment, home, expected) => {
      expect(defaultAuthorityDirectory(environment, platform, home)).toBe(expected);
    },
  );
});
