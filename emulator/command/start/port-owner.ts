import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Returns the process that listens on a TCP port as `name (pid)`, or undefined if it cannot be found. Linux only. */
export function findPortOwner(port: number): string | undefined {
  try {
    const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port));
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && ownsSocket(name, inodes));
    if (pid === undefined) return undefined;
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (${pid})`;
  } catch {
    return undefined;
  }
}

const LISTEN = '0A';

function listeningInodes(file: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTEN)
    .map((fields) => fields[9] ?? '');
}

function ownsSocket(pid: string, inodes: readonly string[]): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) =>
      inodes.some((inode) => readlinkSync(`${folder}/${fd}`) === `socket:[${inode}]`),
    );
  } catch {
    // The process belongs to another user.
    return false;
  }
}
