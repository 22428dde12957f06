import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { builtCommandOf, type Checkout } from '../checkouts.ts';
import { formatMilliseconds, formatSpread, type Report } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import { TARGETS } from '../report/targets.ts';
import { byTurns } from '../turns.ts';

const ROUNDS = 9;

/** From spawn to the `Ready` line of the built command; beside a Node that does nothing. */
export async function measureReady(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  report.heading('Spawn → Ready: the built command on free ports');
  const folder = mkdtempSync(join(tmpdir(), 'bench-ready-'));
  try {
    const contestants: Record<string, () => Promise<number>> = {};
    for (const checkout of checkouts) {
      const { name, dist } = checkout;
      const command = builtCommandOf(checkout);
      if (command === undefined) {
        report.line('NOT MEASURED', `${dist}/emulator/cli.js is not found; run npm run build first`);
        return;
      }
      contestants[name] = () => spawnToReady(command, join(folder, name));
      // The first start creates the certificate authority.
      await contestants[name]();
    }
    const turns = await byTurns<string, number>(ROUNDS, { ...contestants, 'node -e 0': spawnToExit });
    report.rounds(turns);
    for (const [name, times] of Object.entries(turns.samples)) {
      report.line(name, formatSpread(times, formatMilliseconds));
    }
    report.costAgainstBefore('time', turns.samples, (time) => time);
    const { emulator = [], 'node -e 0': bare = [] } = turns.samples;
    report.judge(TARGETS.ready, median(emulator) / median(bare));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function spawnToReady(command: string, authorityFolder: string): Promise<number> {
  const start = performance.now();
  const ports = ['--https-port', '0', '--mqtt-port', '0'];
  const child = spawn(process.execPath, [command, 'start', ...ports, '--ca-dir', authorityFolder], {
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
