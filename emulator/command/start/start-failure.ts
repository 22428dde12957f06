import { ENDPOINTS, portKeyOf } from '../../endpoints.ts';
import { isListenError, type ListenError } from '../../listen/listener.ts';
import { EXIT_CODES, type ExitStatus, explain } from '../exit-codes.ts';
import { flagOf } from '../options/option-table.ts';
import type { Options } from '../options/options.ts';
import { findPortOwner } from './port-owner.ts';

/** Returns the exit status of a failed start. Its message says what went wrong and what to do. */
export function explainStartFailure(error: unknown, options: Options): ExitStatus {
  if (isListenError(error)) {
    if (error.code === 'EADDRINUSE')
      return { code: EXIT_CODES.portInUse, message: describeUse(error, options) };
    if (error.code === 'EACCES')
      return { code: EXIT_CODES.portReserved, message: describeReservation(error, options) };
  }
  if (isUnknownAddress(error)) {
    return {
      code: EXIT_CODES.usage,
      message: `The address '${options.host}' of --host does not belong to this machine.`,
    };
  }
  return explain(error);
}

function describeUse({ address, port }: ListenError, options: Options): string {
  const owner = findPortOwner(port);
  const by = owner === undefined ? '' : ` by ${owner}`;
  return `Port ${port} of ${address} is in use${by}: stop that program, or ${alternativesFor(port, options)}.`;
}

function describeReservation({ address, port }: ListenError, options: Options): string {
  return `Port ${port} of ${address} is reserved for privileged users: ${solutionFor(port)}, or ${alternativesFor(port, options)}.`;
}

function alternativesFor(port: number, options: Options): string {
  if (options.hasFixedPorts) return 'omit --fixed-ports if COMMAND is a Node or Python program';
  const endpoint = ENDPOINTS.find(({ name }) => options[portKeyOf(name)] === port) ?? ENDPOINTS[0];
  const option = flagOf(portKeyOf(endpoint.name));
  return `choose another port with ${option} (0 chooses a free one), or run your program with 'iothub-emulator exec', which needs no fixed port`;
}

function solutionFor(port: number): string {
  switch (process.platform) {
    case 'linux':
      return `allow it with 'sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}'`;
    case 'darwin':
      return 'bind every address with --host 0.0.0.0';
    default:
      return 'run the emulator as administrator';
  }
}

function isUnknownAddress(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
}
