import { spawn } from 'node:child_process';

// `exec` redirects Node and Python only. Other programs are given the address on which the hub listens.
const redirect = JSON.parse(process.env.IOTHUB_EMULATOR_REDIRECT);

export const ADDRESS = redirect.address;
export const HTTPS_PORT = redirect.ports[443];
export const MQTT_PORT = redirect.ports[8883];
/** A file with the authority of the hub. */
export const CA_FILE = process.env.SSL_CERT_FILE;

/** Starts a command. `output` resolves when it ends, and rejects if its exit code is not 0. */
export function startCommand(name, words, input = '') {
  const child = spawn(name, words, { stdio: 'pipe' });
  // A feature that times out leaves its commands, and the program exits without waiting for them.
  process.once('exit', () => child.kill());
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  child.stdin.end(input);
  const output = new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${name} ended with ${code}: ${stderr.trim()}`));
    });
  });
  return { child, output, stderr: () => stderr };
}

/** Runs a command to its end and returns its output. */
export function runCommand(name, words, input) {
  return startCommand(name, words, input).output;
}
