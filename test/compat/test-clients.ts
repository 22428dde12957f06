import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { run } from '../command/command.ts';
import { CLIENTS, type CompatClient, type Feature } from './clients.ts';

const OPTIONS = ['--quiet', '--device', 'compat', '--module', 'compat/sampler'];

/** Tests all versions of the client that a program uses. Each version has a hub of its own. */
export function testClients(file: string): void {
  const rows = CLIENTS.flatMap((client, index) => (client.program.file === file ? [{ client, index }] : []));
  const [first] = rows;
  if (first === undefined) throw new Error(`No client is tried by ${file}.`);
  describe(first.client.program.client, { timeout: 60_000 }, () => {
    for (const { client, index } of rows)
      it(`does in version ${client.version} what the table of clients says`, async ({ skip }) => {
        const installation = inject('compat')[index];
        if (installation === undefined || 'missing' in installation) return skip(installation?.missing);
        await tryFeatures(client, installation.folder);
      });
  });
}

async function tryFeatures({ program, works, fails = {} }: CompatClient, folder: string): Promise<void> {
  const known = Object.keys(fails) as Feature[];
  const path = fileURLToPath(new URL(`programs/${program.file}`, import.meta.url));
  const interpreter = program.file.endsWith('.py') ? 'python3' : process.execPath;
  const command = [interpreter, path, folder, ...works, ...known];
  const { stdout, stderr } = await run(['exec', ...OPTIONS, '--', ...command]);
  const results = readResults(stdout);
  expect(pick(results, works), stderr).toEqual(Object.fromEntries(works.map((feature) => [feature, 'ok'])));
  expect(
    known.filter((feature) => results[feature] === undefined),
    stderr,
  ).toEqual([]);
  const repaired = known.filter((feature) => results[feature] === 'ok');
  expect(repaired, 'These features work now: move them from `fails` to `works` in clients.ts.').toEqual([]);
}

/** Reads the lines `feature: ok` and `feature: message`. */
function readResults(output: string): Readonly<Record<string, string>> {
  const lines = [...output.matchAll(/^(\w+): (.*)$/gm)];
  return Object.fromEntries(lines.map(([, feature = '', result = '']) => [feature, result]));
}

function pick(results: Readonly<Record<string, string>>, features: readonly Feature[]) {
  return Object.fromEntries(features.map((feature) => [feature, results[feature] ?? 'no result']));
}
