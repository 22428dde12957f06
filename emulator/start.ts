import { openAuthority } from './certificates/local-authority.ts';
import { startLocalEmulator } from './local-emulator.ts';
import { createLog } from './log-format.ts';
import type { Options } from './options.ts';
import { formatReport, reportOf } from './start-report.ts';

/** Runs the emulator until it is told to stop; the answer is the command's exit code. */
export async function start(options: Options): Promise<number> {
  const level = options.isQuiet ? 'error' : options.logLevel;
  const log = createLog(options.isQuiet ? process.stderr : process.stdout, { level, isJson: options.isJson });
  const authority = await openAuthority(options.authorityDirectory, { now: Date.now() });
  const emulator = await startLocalEmulator(options, log, authority);
  const stopped = untilStopped();
  const report = reportOf(options, emulator, authority.certificatePath, Math.round(performance.now()));
  if (options.isJson) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (!options.isQuiet) process.stdout.write(formatReport(report));
  await stopped;
  await emulator[Symbol.asyncDispose]();
  return 0;
}

// The second signal ends the process wherever it is.
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once('SIGINT', () => process.exit(130));
        process.once('SIGTERM', () => process.exit(143));
        resolve();
      });
    }
  });
}
