import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, type RunningCommand, run, temporaryFolder } from '../command/command.ts';
import { requireFreshBuild } from '../setup/built-files.ts';
import { runScenario, shownIn, WAYS, type Way } from './scenario-programs.ts';
import { STORIES } from './stories.ts';

/** This scenario waits for a patch of a second program. It is tested in test/command/usual-ports.test.ts. */
const NEEDS_SECOND_PROGRAM = 'receive-module-twin-desired-properties-patch';

describe('STORIES', () => {
  it('contains every scenario', () => {
    const folder = fileURLToPath(new URL('../../scenarios', import.meta.url));
    const runnable = readdirSync(folder)
      .filter((name) => readFileSync(join(folder, name), 'utf8').includes('\nrunAlone('))
      .map((name) => name.replace(/\.ts$/, ''));
    expect([...Object.keys(STORIES), NEEDS_SECOND_PROGRAM].sort()).toEqual(runnable.sort());
  });
});

describe.each(Object.keys(WAYS) as Way[])('scenario below exec, run with %s', { timeout: 45_000 }, (way) => {
  const deviceIdOf = (scenario: string) => `${way}-${scenario}`;
  let exec: RunningCommand;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const reporter = fileURLToPath(new URL('fixtures/environment.mjs', import.meta.url));
    exec = launch(['exec', '--', process.execPath, reporter]);
    const clientId = `${deviceIdOf('module-twin-x509')}/scenario-module-x509`;
    const certificate = await run(['certs', 'module', clientId, '--self-signed', '--out', folder.path]);
    const fileOf = (word: string) => new RegExp(`^${word} +(.*)$`, 'm').exec(certificate.stdout)?.[1] ?? '';
    const [line] = await exec.until(/^\{.*\n/m);
    environment = {
      ...JSON.parse(line),
      IOTHUB_MODULE_CERTIFICATE: fileOf('certificate'),
      IOTHUB_MODULE_KEY: fileOf('key'),
    };
    if (way === 'node') requireFreshBuild(['scenarios']);
  });
  afterAll(async () => {
    exec.kill('SIGTERM');
    await exec.ended;
    await folder[Symbol.asyncDispose]();
  });

  it.each(Object.keys(STORIES))('%s shows the expected values', async (scenario) => {
    const deviceId = deviceIdOf(scenario);
    const result = await runScenario(way, scenario, { ...environment, SCENARIO_DEVICE_ID: deviceId });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(shownIn(result)).toEqual(STORIES[scenario]?.(deviceId));
  });

  it('create-module fails with one line that names the missing variable', async () => {
    const { code, stderr } = await runScenario(way, 'create-module', {});
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error: Set IOTHUB_CONNECTION_STRING to the connection string of a hub.\n',
    });
  });
});
