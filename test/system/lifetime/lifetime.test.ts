import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProgram } from '../../redirect/run-program.ts';

/** Runs a program of `fixtures/`, which prints one line of JSON and must end by itself. */
async function run(name: string, ...flags: readonly string[]): Promise<Record<string, unknown>> {
  const program = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const { exitCode, stdout, stderr } = await runProgram(
    [process.execPath, ...flags, '--import', 'tsx', program],
    {},
  );
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

it('releases every resource of a busy hub when it closes, so that the process ends by itself', async () => {
  const { before, busy, after, closeMilliseconds, exitMilliseconds } = await run('close-busy-hub.ts');
  expect(busy).toEqual(expect.arrayContaining(['TCPServerWrap', 'TCPSocketWrap', 'Timeout']));
  expect(after).toEqual(before);
  expect(closeMilliseconds).toBeLessThan(2000);
  expect(exitMilliseconds).toBeLessThan(2000);
});

it('does not leak memory when hubs start and close repeatedly in one process', async () => {
  const { reachableHubs, grownBytes, runs, hubBytes } = await run('repeated-hubs.ts', '--expose-gc');
  expect(reachableHubs).toBe(0);
  // A third of the memory that all hubs would use if they stayed reachable.
  expect(grownBytes).toBeLessThan((Number(runs) * Number(hubBytes)) / 3);
});
