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

function summarize(installations: readonly Installation[]): string {
  const skipped = CLIENTS.flatMap((client, index) => {
    const installation = installations[index];
    return installation !== undefined && 'missing' in installation
      ? [`${nameOf(client)} (${installation.missing})`]
      : [];
  });
  const count = `compat: tried ${CLIENTS.length - skipped.length} of ${CLIENTS.length} clients`;
  return skipped.length === 0 ? count : `${count}, skipped ${skipped.join(', ')}`;
}

function nameOf({ program, version }: CompatClient): string {
  return `${program.client.replaceAll('`', '')} ${version}`;
}
