import type { LocalAuthority } from '../../certificates/local-authority.ts';
import type { Emulator } from '../../emulator.ts';
import { openOwnAuthority } from '../certs/own-authority.ts';
import { EXIT_CODES, type ExitStatus } from '../exit-codes.ts';
import { logMissingRsa, startLocalEmulator } from '../local-emulator.ts';
import { createLog } from '../log-format.ts';
import type { Options } from '../options/options.ts';
import { untilStopped } from '../stop-signal.ts';
import { createTextStyler } from '../terminal-style.ts';
import { formatReport, reportOf } from './start-report.ts';

const LONGEST_STOP_MILLISECONDS = 800;

/** Runs the emulator until a signal stops it. */
export async function start(options: Options): Promise<ExitStatus> {
  const { isJson, isQuiet } = options;
  const output = isQuiet ? process.stderr : process.stdout;
  const log = createLog(output, { level: isQuiet ? 'error' : options.logLevel, isJson });
  const authority = await openOwnAuthority(options.authorityDirectory);
  if (!authority.ok) return { code: EXIT_CODES.failure, message: authority.error.message };
  const started = await startLocalEmulator(options, log, { own: authority.value });
  if (!started.ok) return { code: EXIT_CODES.usage, message: started.error.message };
  const stopped = untilStopped();
  const milliseconds = Math.round(performance.now());
  const report = reportOf(options, started.value, authority.value.certificatePath, milliseconds);
  if (isJson && !isQuiet) output.write(`${JSON.stringify(report)}\n`);
  else if (!isQuiet) output.write(formatReport(report, createTextStyler(output)));
  void addKeptRsaCertificate(started.value, authority.value).catch((error) => logMissingRsa(log, error));
  await stopped;
  // A hard exit loses nothing, because the whole state of the hub is in memory.
  setTimeout(() => process.exit(0), LONGEST_STOP_MILLISECONDS).unref();
  await started.value[Symbol.asyncDispose]();
  return { code: 0 };
}

// The report is not delayed by the key, which takes a tenth of a second to create.
async function addKeptRsaCertificate(emulator: Emulator, authority: LocalAuthority): Promise<void> {
  const { openRsaKey } = await import('../../certificates/kept-rsa-key.ts');
  await emulator.addRsaCertificate(await openRsaKey(authority));
}
