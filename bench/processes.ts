import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from './checkouts.ts';
import { processorSecondsOf } from './processor-time.ts';

/** A server in a process of its own; `facts` is what it printed when it was ready. */
export interface ServerProcess<Facts> extends AsyncDisposable {
  readonly facts: Facts;
  readonly pid: number;
  /** Seconds of processor time, of user and system, spent so far. */
  processorSeconds(): number;
  /** Resident memory in bytes once it is at rest; a Node server collects its garbage first. */
  restingMemoryBytes(): Promise<number>;
}

const DEADLINE_MILLISECONDS = 180_000;

/** Starts a program of the folder `bench` of a checkout and waits until it prints its facts. */
export async function startServer<Facts>(
  program: string,
  settings: object = {},
  root = ROOT,
): Promise<ServerProcess<Facts>> {
  // If it names a folder, every server writes its processor profile there.
  const profileFolder = process.env['BENCH_PROFILE'];
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = startProgram(program, settings, profiling, root);
  const facts = JSON.parse(await firstLine(child, program)) as Facts;
  return serverOf(child, facts, { collectsGarbage: true });
}

/** Runs a load generator to its end and returns the line of JSON that it prints. */
export async function runLoad<Answer>(
  program: string,
  settings: object = {},
  {
    nodeOptions = [],
    root = ROOT,
  }: { readonly nodeOptions?: readonly string[]; readonly root?: string } = {},
): Promise<Answer> {
  const child = startProgram(program, settings, nodeOptions, root);
  const answer = JSON.parse(await firstLine(child, program)) as Answer;
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}

export function serverOf<Facts>(
  child: ChildProcess,
  facts: Facts,
  options: { readonly collectsGarbage: boolean },
): ServerProcess<Facts> {
  const { pid } = child;
  if (pid === undefined) throw new Error('The server did not start.');
  return {
    facts,
    pid,
    processorSeconds: () => processorSecondsOf(pid),
    restingMemoryBytes: async () => {
      if (options.collectsGarbage) child.kill('SIGUSR2');
      let before = Number.NaN;
      for (let look = 0; look < 20; look++) {
        await wait(250);
        const now = memoryBytesOf(pid);
        if (Math.abs(now - before) < 64 * 1024) return now;
        before = now;
      }
      return before;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Returns the settings that this program was started with; the program ends when the benchmark does. */
export function settingsOf<Settings>(): Settings {
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** Prints the facts of a server that is ready, and handles the signals of the benchmark from then on. */
export function announce(facts: object): void {
  process.on('SIGUSR2', () => globalThis.gc?.());
  process.once('SIGTERM', () => process.exit(0));
  console.log(JSON.stringify(facts));
}

/** Prints the figures of a load generator and ends it. */
export function answer(figures: object): void {
  console.log(JSON.stringify(figures));
  process.exit(0);
}

function startProgram(
  program: string,
  settings: object,
  nodeOptions: readonly string[],
  root: string,
): ChildProcess {
  const file = join(root, 'bench', program);
  const words = [...nodeOptions, '--expose-gc', '--import', 'tsx', file, JSON.stringify(settings)];
  // Node finds tsx from the working directory.
  return spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}

/** Returns the first line of JSON that a program prints. */
export async function firstLine(child: ChildProcess, program: string): Promise<string> {
  if (child.stdout === null) throw new Error('The program has no output.');
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MILLISECONDS);
  try {
    for await (const line of createInterface(child.stdout)) if (line.startsWith('{')) return line;
  } finally {
    clearTimeout(deadline);
  }
  throw new Error(`${program} ended without an answer.`);
}

function memoryBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
