import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopbackHub, openLoopbackHub } from './loopback-hub.ts';
import { fixture, REPOSITORY, runProgram, shellEnvironment } from './run-program.ts';

const UNPRIVILEGED_ID = 65534;
const REACHED = {
  exitCode: 0,
  stdout: '{"host":"hub1.iothub.test","servername":"hub1.iothub.test"}',
  stderr: '',
};

describe.skipIf(process.platform === 'win32')('unprivileged user below exec', () => {
  let hub: LoopbackHub;
  const user = process.getuid!() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
  const env = { ...shellEnvironment(), HOME: '/nonexistent' };

  beforeAll(async () => {
    hub = await openLoopbackHub();
  });
  afterAll(() => hub[Symbol.asyncDispose]());

  async function runBelowExec(parent: string, ...command: string[]) {
    const { name, ports, authorityPath } = hub;
    const options = JSON.stringify({ address: '127.0.0.1', names: [name], ports, authorityPath });
    const tsx = join(REPOSITORY, 'node_modules/tsx/dist/loader.mjs');
    const program = ['node', '--import', tsx, parent, options, ...command] as const;
    return runProgram(program, { env, cwd: tmpdir(), ...user });
  }

  test.each([
    ['Node', ['node', fixture('reach.cjs')]],
    ['Node without any variable', ['node', fixture('children.mjs'), 'spawn', 'none']],
    ['a shell that sets NODE_OPTIONS', ['sh', '-c', `NODE_OPTIONS= node '${fixture('reach.cjs')}'`]],
  ] as const)('reaches the hub with %s', async (_title, command) => {
    expect(await runBelowExec(fixture('exec-parent.mts'), ...command)).toEqual(REACHED);
  });

  test('reaches the hub if the package is in a folder whose name has spaces and quotes', async () => {
    const folder = await mkdtemp(join(tmpdir(), `an "install" of O'Neill `));
    const parent = 'test/redirect/fixtures/exec-parent.mts';
    for (const path of ['package.json', 'emulator/redirect', parent]) {
      await cp(join(REPOSITORY, path), join(folder, path), { recursive: true });
    }
    await chmod(folder, 0o755);
    const script = `node '${fixture('children.mjs')}' spawn none && NODE_OPTIONS= node '${fixture('reach.cjs')}'`;
    const result = await runBelowExec(join(folder, parent), 'sh', '-c', script);
    await rm(folder, { recursive: true });
    expect(result).toEqual({ ...REACHED, stdout: REACHED.stdout.repeat(2) });
  });
});
