import type { TestProject } from 'vitest/node';
import { CLIENTS, type CompatClient } from '../compat/clients.ts';
import { type Installation, installClient } from '../compat/installation.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The installations of `CLIENTS`, in the same order. */
    compat: readonly Installation[];
  }
}

const INSTALLED_AT_ONCE = 3;

/** Installs all clients before the tests. At the end it prints one line that names the clients that were skipped. */
export default async function setup(project: TestProject): Promise<() => void> {
  const installations = await installAll();
  project.provide('compat', installations);
  return () => console.log(summarize(installations));
}

async function installAll(): Promise<readonly Installation[]> {
  const installations: Installation[] = [];
  const waiting = CLIENTS.entries();
  const work = async () => {
    for (const [index, client] of waiting) installations[index] = await installClient(client);
  };
  await Promise.all(Array.from({ length: INSTALLED_AT_ONCE }, work));
  return installations;
}

/** One line. Clients that are skipped for the same reason share it. */
function summarize(installations: readonly Installation[]): string {
  const skipped = new Map<string, string[]>();
  for (const [index, installation] of installations.entries()) {
    const client = CLIENTS[index];
    if (client === undefined || 'folder' in installation) continue;
    const others = skipped.get(installation.missing) ?? [];
    skipped.set(installation.missing, [...others, nameOf(client)]);
  }
  const reasons = [...skipped].map(([reason, names]) => `; skipped ${names.join(', ')}: ${reason}`);
  const count = installations.filter((installation) => 'folder' in installation).length;
  return `compat: ${count} of ${CLIENTS.length} clients are installed${reasons.join('')}`;
}

function nameOf({ program, version }: CompatClient): string {
  return `${program.client.replaceAll('`', '')} ${version}`;
}
