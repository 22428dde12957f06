import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProgram } from '../redirect/run-program.ts';

/** Runs a program of `fixtures/`, which prints one line of JSON; it has to end by itself. */
async function run(name: string, ...flags: readonly string[]): Promise<Record<string, unknown>> {
  const program = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const { exitCode, stdout, stderr } = await runProgram(
    [process.execPath, ...flags, '--import', 'tsx', program],
    {},
  );
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

it('when a busy hub is closed nothing of it is left, and the process ends by itself', async () => {
  const { before, busy, after, closeMilliseconds, exitMilliseconds } = await run('close-busy-hub.ts');
  expect(busy).toEqual(expect.arrayContaining(['TCPServerWrap', 'TCPSocketWrap', 'Timeout']));
  expect(after).toEqual(before);
  expect(closeMilliseconds).toBeLessThan(2000);
  expect(exitMilliseconds).toBeLessThan(2000);
});

it('hub after hub runs and dies in one process, and its memory does not grow', async () => {
  const { reachableHubs, grownBytes, runs, hubBytes } = await run('repeated-hubs.ts', '--expose-gc');
  expect(reachableHubs).toBe(0);
  // A third of what it would be if each hub were kept.
  expect(grownBytes).toBeLessThan((Number(runs) * Number(hubBytes)) / 3);
});
