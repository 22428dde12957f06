import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopbackHub, openLoopbackHub } from './loopback-hub.ts';
import { fixture, redirectTo, runProgram, shellEnvironment } from './run-program.ts';

const REACHED = {
  exitCode: 0,
  stdout: '{"host":"hub1.iothub.test","servername":"hub1.iothub.test"}',
  stderr: '',
};

describe.skipIf(process.platform === 'win32')('script that sets NODE_OPTIONS below exec', () => {
  let hub: LoopbackHub;
  let project: string;

  beforeAll(async () => {
    hub = await openLoopbackHub();
    project = await mkdtemp(join(tmpdir(), 'npm project '));
    const scripts = {
      node: `NODE_OPTIONS=--no-warnings node '${fixture('reach.cjs')}'`,
      command: 'NODE_OPTIONS=--no-warnings local-command',
      nested: 'NODE_OPTIONS=--no-warnings npm run --silent command',
    };
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, scripts }));
    await mkdir(join(project, 'node_modules/.bin'), { recursive: true });
    const command = join(project, 'node_modules/.bin/local-command');
    await writeFile(command, `#!/usr/bin/env node\nrequire(${JSON.stringify(fixture('reach.cjs'))});\n`);
    await chmod(command, 0o755);
  });
  afterAll(async () => {
    await rm(project, { recursive: true });
    await hub[Symbol.asyncDispose]();
  });

  test.each(['node', 'command', 'nested'])('reaches the hub with npm run %s', async (script) => {
    using redirect = redirectTo(hub);
    const npm = ['npm', 'run', '--silent', script] as const;
    expect(await runProgram(npm, { env: redirect.environment, cwd: project })).toEqual(REACHED);
  });

  test('reaches the inner hub if exec runs below exec', async () => {
    await using inner = await openLoopbackHub('hub2.iothub.test');
    using outerRedirect = redirectTo(hub);
    using innerRedirect = redirectTo(inner, outerRedirect.environment);
    const program = `require('net').connect(443, 'hub2.iothub.test', function () {
      process.stdout.write(String(this.remotePort));
      this.destroy();
    })`;
    const shell = ['sh', '-c', `NODE_OPTIONS=--no-warnings node -e "${program}"`] as const;
    expect(await runProgram(shell, { env: innerRedirect.environment })).toEqual({
      exitCode: 0,
      stdout: String(inner.ports[443]),
      stderr: '',
    });
  });

  test('keeps the arguments, exit code and variables of the program', async () => {
    using redirect = redirectTo(hub);
    const print = 'console.log(process.argv.slice(1), process.execPath, process.env.rest); process.exit(7)';
    const command = ['node', '-e', print, 'a b', "it's", '"*"', ''] as const;
    const environment = { ...shellEnvironment(), rest: 'of the program' };
    const bare = await runProgram(command, { env: environment });
    const below = { ...environment, PATH: redirect.environment['PATH'] };
    expect(await runProgram(command, { env: below })).toEqual(bare);
    expect(bare.exitCode).toBe(7);
  });

  test('fails with exit code 127 if no node is found', async () => {
    using redirect = redirectTo(hub);
    const [shims] = redirect.environment['PATH']!.split(':');
    for (const PATH of [shims, '', '/nowhere:/'] as const) {
      const result = await runProgram([join(shims!, 'node'), '-v'], { env: { PATH } });
      expect(result).toEqual({ exitCode: 127, stdout: '', stderr: 'node: not found\n' });
    }
  });
});
