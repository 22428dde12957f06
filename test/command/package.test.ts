import { readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requireFreshBuild } from '../setup/built-files.ts';
import { type CommandResult, launch, run, startHub, temporaryFolder } from './command.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const MANIFEST = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
};
/** The patterns of all files in the package. */
const SHIPPED = [
  /^(package\.json|((emulator|bench)\/)?README\.md|CONTRIBUTING\.md|CHANGELOG\.md|LICENSE)$/,
  /^docs\/([\w-]+\/)?[\w-]+\.md$/,
  /^dist\/(emulator|harness)\/[\w/.-]+\.(js|d\.ts)$/,
  /^emulator\/redirect\/node-hook\.cjs$/,
  /^emulator\/redirect\/python\/\w+\.py$/,
];

/** Prints the status of a request without a token. Only the redirect leads it to the hub. */
const NODE_PROGRAM = `
  const { HostName } = Object.fromEntries(process.env.IOTHUB_CONNECTION_STRING.split(';').map((pair) => pair.split('=')));
  fetch('https://' + HostName + '/devices/d?api-version=2021-04-12').then(({ status }) => console.log(HostName, status));`;
const PYTHON_PROGRAM = `
import urllib.request, urllib.error
try:
    urllib.request.urlopen("https://hub1.iothub.test/devices/d?api-version=2021-04-12")
except urllib.error.HTTPError as error:
    print(error.code)`;

const HARNESS_PROGRAM = `
import { startHub } from 'iothub-emulator';

const hub = await startHub();
const module = await hub.provision({ moduleId: 'sampler' });
const client = await module.connect();
const twin = await client.getTwin();
console.log(module.deviceId, twin.properties.desired.$version);
await hub[Symbol.asyncDispose]();`;
const TYPED_PROGRAM = `
import { connectTo, type LocalHub, startHub } from 'iothub-emulator';
import type { ModuleClient } from 'azure-iot-device';
import type { Registry } from 'azure-iothub';

await using hub: LocalHub = await startHub({ clock: 'manual' });
const registry: Registry = hub.registry();
const module = await hub.provision({ moduleId: 'sampler' });
const client: ModuleClient = await module.connect('mqtt-ws');
hub.clock?.advance(1000);
await connectTo(process.env).provision({ deviceId: registry === undefined ? 'a' : client.toString() });
// @ts-expect-error there is no such transport
await module.connect('amqps');`;

describe('packed package, installed into an empty folder', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let packed: readonly { readonly path: string }[];

  beforeAll(async () => {
    folder = await temporaryFolder();
    requireFreshBuild(['emulator', 'harness']);
    const pack = await npm(
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder.path],
      REPOSITORY,
    );
    const [tarball] = JSON.parse(pack.stdout) as [{ filename: string; files: { path: string }[] }];
    packed = tarball.files;
    await write('package.json', '{ "private": true, "type": "module" }');
    await npm(['install', '--prefer-offline', '--ignore-scripts', `./${tarball.filename}`], folder.path);
  }, 120_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  const bin = () => join(folder.path, 'node_modules/.bin/iothub-emulator');
  const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
  const node = (...args: string[]) => run(args, { command: [process.execPath], cwd: folder.path });

  it('contains only the command, the harness, the hooks of exec, the documentation and the licence', () => {
    const paths = packed.map(({ path }) => path);
    expect(paths.filter((path) => !SHIPPED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/emulator/cli.js',
        'emulator/redirect/python/sitecustomize.py',
        'emulator/redirect/python/iothub_emulator_redirect.py',
        'docs/differences.md',
        'docs/decisions/0001-aedes-behind-a-front.md',
        'emulator/README.md',
        'bench/README.md',
        'CONTRIBUTING.md',
        'CHANGELOG.md',
        'LICENSE',
      ]),
    );
  });

  it('prints its version with npx', async () => {
    const { code, stdout } = await run(['iothub-emulator', '--version'], {
      command: ['npx'],
      cwd: folder.path,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${MANIFEST.version}\n` });
  });

  it('starts a hub and stops it', async () => {
    const settings = { command: [bin()], cwd: folder.path } as const;
    await using hub = await startHub(['--ca-dir', join(folder.path, 'ca')], settings);
    expect(hub.report).toMatchObject({ version: MANIFEST.version, httpsPort: expect.any(Number) });
    hub.kill('SIGTERM');
    expect((await hub.ended).code).toBe(0);
  });

  it('redirects a Node program to the hub with npx and exec', async () => {
    const args = ['iothub-emulator', 'exec', '--quiet', '--', process.execPath, '-e', NODE_PROGRAM];
    const result = await run(args, { command: ['npx'], cwd: folder.path });
    expect(result).toMatchObject({ code: 0, stdout: 'hub1.iothub.test 401\n', stderr: '' });
  });

  const python = inject('python');
  it.skipIf('missing' in python)('redirects a Python program to the hub with exec', async () => {
    const executable = 'executable' in python ? python.executable : '';
    const args = ['exec', '--quiet', '--', executable, '-c', PYTHON_PROGRAM];
    const result = await run(args, { command: [bin()], cwd: folder.path });
    expect(result).toMatchObject({ code: 0, stdout: '401\n', stderr: '' });
  });

  it('names the missing SDK package that the harness needs', async () => {
    await write('without.js', HARNESS_PROGRAM);
    const { code, stderr } = await node('without.js');
    expect(stderr).toContain(
      'Error: The package azure-iothub is not installed: npm install --save-dev azure-iothub\n',
    );
    expect(code).toBe(1);
  });

  describe('package with the SDKs installed', () => {
    beforeAll(async () => {
      for (const name of Object.keys(MANIFEST.peerDependencies))
        await symlink(join(REPOSITORY, 'node_modules', name), join(folder.path, 'node_modules', name));
    });

    it('runs the harness in plain Node', async () => {
      await write('with.js', HARNESS_PROGRAM);
      expect(await node('with.js')).toMatchObject({ code: 0, stdout: 'device-1 1\n', stderr: '' });
    });

    it('has types that compile without the esnext library', async () => {
      await write('typed.ts', TYPED_PROGRAM);
      const compilerOptions = {
        target: 'es2022',
        lib: ['es2022'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
      };
      await write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['typed.ts'] }));
      const { code, stdout } = await node(join(REPOSITORY, 'node_modules/typescript/bin/tsc'));
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    });
  });
});

/** Runs npm with the configuration of this machine, without the variables that an outer npm sets for its script. */
async function npm(args: readonly string[], cwd: string): Promise<CommandResult> {
  const isKept = ([name]: [string, unknown]) =>
    !/^(npm_(?!config_)|npm_config_local_prefix|NODE_OPTIONS)/.test(name);
  const env = Object.fromEntries(Object.entries(process.env).filter(isKept)) as Record<string, string>;
  await using command = launch(args, { command: ['npm'], cwd, env });
  const result = await command.ended;
  if (result.code !== 0)
    throw new Error(`npm ${args.join(' ')} ended with code ${result.code}, expected 0: ${result.stderr}`);
  return result;
}
