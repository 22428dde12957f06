import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Redirect } from '../../emulator/redirect/environment.ts';
import { type LoopbackHub, openLoopbackHub } from './loopback-hub.ts';
import { fixture, REPOSITORY, redirectTo, runProgram, shellEnvironment } from './run-program.ts';

const REACHED = '{"host":"hub1.iothub.test","servername":"hub1.iothub.test"}';

describe('Node program below exec', () => {
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

  async function run(command: readonly [string, ...string[]], cwd = REPOSITORY) {
    return runProgram(command, { env: redirect.environment, cwd });
  }

  test.each([
    ['a CommonJS program', ['node', fixture('reach.cjs')]],
    ['an ESM program', ['node', fixture('reach.mjs')]],
    ['tsx', [join(REPOSITORY, 'node_modules/.bin/tsx'), fixture('reach.mts')]],
    ['npx and a local command', ['npx', '--no', 'tsx', fixture('reach.mts')]],
    ['a shell', ['sh', '-c', `node '${fixture('reach.cjs')}'`]],
  ] as const)('reaches the hub as %s', async (_title, command) => {
    expect(await run(command)).toEqual({ exitCode: 0, stdout: REACHED, stderr: '' });
  });

  test.each(['forks', 'threads'])('reaches the hub from a test of vitest in its %s', async (pool) => {
    const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');
    const command = ['node', vitest, 'run', '--root', fixture(''), '--pool', pool, 'reach.spec.mjs'] as const;
    const { exitCode, stdout, stderr } = await run(command);
    expect(stdout + stderr).toMatch(/1 passed/);
    expect(exitCode).toBe(0);
  });

  describe.each([
    ['none', 'without any variable'],
    ['other', 'with other NODE_OPTIONS'],
    ['inherited', 'after the parent has replaced its NODE_OPTIONS'],
  ])('started as a child %2$s', (environment) => {
    test.each([
      'spawn',
      'fork',
      'exec',
      'execFile',
      'spawnSync',
      'execFileSync',
      'execSync',
      'Worker',
      'Worker without arguments',
      'Worker of source text',
    ])('reaches the hub by %s', async (way) => {
      const result = await run(['node', fixture('children.mjs'), way, environment]);
      expect(result).toEqual({ exitCode: 0, stdout: REACHED, stderr: '' });
    });
  });

  test('does not reach the hub if IOTHUB_EMULATOR_REDIRECT is empty', async () => {
    const env = { ...redirect.environment, IOTHUB_EMULATOR_REDIRECT: '' };
    const { stderr } = await runProgram(['node', fixture('reach.cjs')], { env });
    expect(stderr).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test('has the same exit code and output as without exec', async () => {
    const program = 'process.stdout.write(process.argv.slice(1).join()); process.exit(7)';
    const command = ['node', '-e', program, 'a b', '"c"'] as const;
    const bare = await runProgram(command, { env: shellEnvironment() });
    expect(await run(command)).toEqual(bare);
    expect(bare).toEqual({ exitCode: 7, stdout: 'a b,"c"', stderr: '' });
  });
});
