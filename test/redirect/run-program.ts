import { type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Redirect, redirectEnvironment } from '../../emulator/redirect/environment.ts';
import type { LoopbackHub } from './loopback-hub.ts';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Returns the path of a program in `fixtures/`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** Returns the variables of a user's shell. Variables of the test runner would influence the program. */
export function shellEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env;
  return { PATH, HOME };
}

/** Creates the redirect to a loopback hub, as `exec` does. */
export function redirectTo(hub: LoopbackHub, baseEnvironment = shellEnvironment()): Redirect {
  const { name, ports, authorityPath } = hub;
  return redirectEnvironment({ baseEnvironment, address: '127.0.0.1', names: [name], ports, authorityPath });
}

export type ProgramResult = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a program to its end. After `deadlineMilliseconds` it is killed and has no exit code. */
export async function runProgram(
  command: readonly [string, ...string[]],
  options: SpawnOptions,
  deadlineMilliseconds = 30_000,
): Promise<ProgramResult> {
  const [file, ...args] = command;
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMilliseconds);
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve(code));
    });
    return { exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}
