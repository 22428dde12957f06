import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formatMilliseconds, formatSpread, type Report } from './report.ts';
import { median } from './statistics.ts';
import { TARGETS } from './targets.ts';
import { byTurns } from './turns.ts';

const COMMAND = fileURLToPath(new URL('../dist/emulator/cli.js', import.meta.url));
const ROUNDS = 9;

/** From spawn to the `Ready` line of the built command; beside a Node that does nothing. */
export async function measureReady(report: Report): Promise<void> {
  report.heading('Spawn → Ready: the built command on free ports');
  if (!existsSync(COMMAND)) {
    report.line('NOT MEASURED', 'there is no dist/emulator/cli.js; run npm run build first');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-ready-'));
  try {
    // The first start makes the certificate authority.
    await spawnToReady(folder);
    const turns = await byTurns(ROUNDS, {
      emulator: () => spawnToReady(folder),
      'node -e 0': spawnToExit,
    });
    report.rounds(turns);
    for (const [name, times] of Object.entries(turns.samples)) {
      report.line(name, formatSpread(times, formatMilliseconds));
    }
    report.judge(TARGETS.ready, median(turns.samples.emulator) / median(turns.samples['node -e 0']));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function spawnToReady(folder: string): Promise<number> {
  const start = performance.now();
  const ports = ['--https-port', '0', '--mqtt-port', '0'];
  const child = spawn(process.execPath, [COMMAND, 'start', ...ports, '--ca-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await readyLine(child);
    return performance.now() - start;
  } finally {
    await end(child);
  }
}

async function readyLine(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('The command has no output.');
  for await (const line of createInterface(child.stdout)) if (/\bReady\b/.test(line)) return;
  throw new Error('The command ended before it was ready.');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function spawnToExit(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - start;
}
