import { isListenError, type ListenError } from './listen/listener.ts';
import { findPortOwner } from './port-owner.ts';

/** What the command's exit code says; `exec` returns its command's own. */
export const EXIT_CODES = {
  failure: 1,
  usage: 2,
  portInUse: 3,
  portReserved: 4,
  commandNotFound: 127,
} as const;

/** The exit code and the one sentence, with its cure, for what ended the command. */
export function explain(error: unknown): { readonly code: number; readonly sentence: string } {
  if (isListenError(error)) {
    if (error.code === 'EADDRINUSE') return { code: EXIT_CODES.portInUse, sentence: describeUse(error) };
    if (error.code === 'EACCES')
      return { code: EXIT_CODES.portReserved, sentence: describeReservation(error) };
  }
  return { code: EXIT_CODES.failure, sentence: error instanceof Error ? error.message : String(error) };
}

function describeUse({ address, port }: ListenError): string {
  const owner = findPortOwner(port);
  const by = owner === undefined ? '' : ` by ${owner}`;
  return `Port ${port} of ${address} is in use${by}: stop that program, choose another port with --https-port or --mqtt-port, or run your command below 'iothub-emulator exec', which needs no fixed port.`;
}

function describeReservation({ address, port }: ListenError): string {
  return `Port ${port} of ${address} may not be opened by an ordinary user: ${cure(port)}, choose another port with --https-port or --mqtt-port, or run your command below 'iothub-emulator exec', which needs no fixed port.`;
}

function cure(port: number): string {
  switch (process.platform) {
    case 'linux':
      return `allow it once with 'sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}'`;
    case 'darwin':
      return 'bind every address with --host 0.0.0.0';
    default:
      return 'run the emulator with more rights';
  }
}
