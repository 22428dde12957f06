import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own; `facts` is the line of JSON with which it said that it is ready. */
export interface ServerProcess<Facts> extends AsyncDisposable {
  readonly facts: Facts;
  /** Seconds of processor time, of user and system, spent so far. */
  cpuSeconds(): number;
  /** Resident memory in bytes. */
  memoryBytes(): number;
}

const CLOCK_TICKS_PER_SECOND = 100;

/** Starts a program of this folder and waits until it prints its facts. */
export async function startServer<Facts>(program: string, settings: object): Promise<ServerProcess<Facts>> {
  const child = startProgram(program, settings);
  return serverOf(child, JSON.parse(await firstLine(child)) as Facts);
}

/** Runs a load generator to its end; its answer is the line of JSON that it prints. */
export async function runLoad<Answer>(program: string, settings: object): Promise<Answer> {
  const child = startProgram(program, settings);
  const line = firstLine(child);
  const answer = JSON.parse(await line) as Answer;
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}

export function serverOf<Facts>(child: ChildProcess, facts: Facts): ServerProcess<Facts> {
  return {
    facts,
    cpuSeconds: () => {
      // The fields after the name in parentheses; utime and stime are the 14th and 15th of all.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
    },
    memoryBytes: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function startProgram(program: string, settings: object): ChildProcess {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const words = ['--expose-gc', '--import', 'tsx', file, JSON.stringify(settings)];
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The program has no output.');
  for await (const line of createInterface(child.stdout)) if (line.startsWith('{')) return line;
  throw new Error(`The program ended without an answer (exit code ${child.exitCode}).`);
}

/** The settings that this program was started with. */
export function settingsOf<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}
