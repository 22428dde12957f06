import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Redirect } from '../../emulator/redirect/environment.ts';
import { type LoopbackHub, openLoopbackHub } from './loopback-hub.ts';
import { findPython, isAbsent } from './python-programs.ts';
import { fixture, redirectTo, runProgram, shellEnvironment } from './run-program.ts';

const ANSWER = { host: 'hub1.iothub.test', servername: 'hub1.iothub.test' };
const REACHED = { exitCode: 0, stdout: JSON.stringify(ANSWER), stderr: '' };
const python = findPython();

describe.skipIf(isAbsent('Python 3', python !== undefined))('Python standard library below exec', () => {
  let hub: LoopbackHub;
  let redirect: Redirect;

  beforeAll(async () => {
    hub = await openLoopbackHub();
    redirect = redirectTo(hub);
  });
  afterAll(async () => {
    redirect[Symbol.dispose]();
    await hub[Symbol.asyncDispose]();
  });

  async function run(...args: string[]) {
    return runProgram([python!, ...args], { env: redirect.environment });
  }

  test('reaches the hub by every form of connection, and other addresses as without exec', async () => {
    const { stdout, stderr } = await run(fixture('python/connections.py'), String(hub.neighbourPort));
    expect(stderr).toBe('');
    const { 443: https, 8883: mqtt } = hub.ports;
    expect(JSON.parse(stdout)).toEqual({
      'socket.create_connection': https,
      'socket.connect': https,
      'socket.connect with bytes': https,
      'socket.connect in capitals': https,
      'socket.connect_ex': https,
      'socket.connect_ex without waiting': mqtt,
      'socket.getaddrinfo': https,
      'socket.getaddrinfo with text': mqtt,
      ssl: { DNS: 'hub1.iothub.test' },
      'ssl on another port': { DNS: 'hub1.iothub.test' },
      'http.client': ANSWER,
      urllib: ANSWER,
      'asyncio.open_connection': mqtt,
      'asyncio sock_connect': mqtt,
      'a local server by its address': 'neighbour',
      'a local server by its name': 'neighbour',
      'another port of the hub': 'unknown name',
      'another name': 'unknown name',
      'a longer name': 'unknown name',
    });
  });

  test.each(['spawn', 'fork', 'forkserver', 'subprocess', 'grandchild'])(
    'reaches the hub from a child started by %s',
    async (kind) => {
      expect(await run(fixture('python/children.py'), kind)).toEqual(REACHED);
    },
  );

  test('reaches the hub as a child of a Node program that passes no variables', async () => {
    const program = `require('child_process').spawn(process.argv[1], [process.argv[2]], { env: {}, stdio: 'inherit' })`;
    const command = ['node', '-e', program, python!, fixture('python/reach.py')] as const;
    expect(await runProgram(command, { env: redirect.environment })).toEqual(REACHED);
  });

  test('runs the sitecustomize of the user under that module name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redirect-test-'));
    const source =
      'import os, sys\nif __file__.startswith(os.environ["OWN"]): sys.own = sys.modules[__name__]\n';
    await writeFile(join(folder, 'sitecustomize.py'), source);
    using joined = redirectTo(hub, { ...shellEnvironment(), PYTHONPATH: folder, OWN: folder });
    const program = 'import sys, sitecustomize; print(sys.own is sitecustomize, sitecustomize.__file__)';
    const result = await runProgram([python!, '-c', program], { env: joined.environment });
    await rm(folder, { recursive: true });
    expect(result).toEqual({
      exitCode: 0,
      stdout: `True ${join(folder, 'sitecustomize.py')}\n`,
      stderr: '',
    });
  });

  test('reports an error of the sitecustomize of the user as Python does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redirect-test-'));
    await writeFile(join(folder, 'sitecustomize.py'), 'raise RuntimeError("of the user")\n');
    const own = { ...shellEnvironment(), PYTHONPATH: folder };
    using joined = redirectTo(hub, own);
    const result = await runProgram([python!, fixture('python/reach.py')], { env: joined.environment });
    const bare = await runProgram([python!, '-c', 'pass'], { env: own });
    await rm(folder, { recursive: true });
    expect(result).toEqual({ ...REACHED, stderr: bare.stderr });
    expect(bare.stderr).toContain('of the user');
  });

  test('imports only the hook before the program starts', async () => {
    const program = 'import sys; print(sorted(sys.modules))';
    const modules = (text: string) => new Set(text.match(/\w[\w.]*/g));
    const bare = await runProgram([python!, '-c', program], { env: shellEnvironment() });
    const below = await run('-c', program);
    const added = [...modules(below.stdout)].filter((name) => !modules(bare.stdout).has(name));
    // A .pth file may have imported a module of PATCHES. Then the hook has imported json for its settings.
    expect(added.filter((name) => !/^_?json\b/.test(name))).toEqual(['iothub_emulator_redirect']);
  });

  test.each(['{', '[]', '{}', '{"address":7,"names":7,"ports":{},"bundle":""}'])(
    'is not redirected if the redirect settings are %j',
    async (text) => {
      const env = { ...redirect.environment, IOTHUB_EMULATOR_REDIRECT: text };
      const program = 'import socket, sys; print(socket.getaddrinfo("127.0.0.1", 443)[0][4])';
      expect(await runProgram([python!, '-c', program], { env })).toEqual({
        exitCode: 0,
        stdout: "('127.0.0.1', 443)\n",
        stderr: '',
      });
    },
  );
});
