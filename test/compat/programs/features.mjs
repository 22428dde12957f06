import { createRequire } from 'node:module';
import { join } from 'node:path';

const DEADLINE_MILLISECONDS = 15_000;
const POLL_MILLISECONDS = 50;

/** Loads packages from the folder in which the version under test is installed: the first argument of a program. */
export const load = createRequire(join(process.argv[2] ?? '.', 'program.js'));

/**
 * Runs the features that the arguments name. Prints `feature: ok` or `feature: message` for each one.
 * Exits with 1 if one failed. Exits explicitly because old clients keep timers.
 */
export async function runFeatures(features) {
  let exitCode = 0;
  for (const name of process.argv.slice(3)) {
    const failure = await within(name, () => features[name]()).then(() => undefined, describe);
    console.log(`${name}: ${failure ?? 'ok'}`);
    if (failure !== undefined) exitCode = 1;
  }
  process.exit(exitCode);
}

/** Calls a method that takes a callback as its last argument. All versions of the Node SDKs have this form. */
export function call(target, method, ...words) {
  return new Promise((resolve, reject) => {
    target[method](...words, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Throws if the values are different as JSON. */
export function expectEqual(actual, expected) {
  const [text, expectedText] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (text !== expectedText) throw new Error(`expected ${expectedText}, got ${text}`);
}

/** Repeats an action until the condition is fulfilled. The deadline of the feature limits it. */
export async function repeatUntil(isFulfilled, action) {
  for (let attempt = 1; !isFulfilled(); attempt += 1) {
    await action(attempt);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

function within(name, action) {
  const timeout = new Promise((_resolve, reject) => {
    const seconds = DEADLINE_MILLISECONDS / 1000;
    setTimeout(() => reject(new Error(`timed out after ${seconds} s`)), DEADLINE_MILLISECONDS).unref();
  });
  return Promise.race([timeout, Promise.resolve().then(action)]).catch((error) => {
    console.error(name, error);
    throw error;
  });
}

function describe(error) {
  return `${error?.name ?? 'Error'}: ${String(error?.message ?? error).split('\n')[0]}`;
}
