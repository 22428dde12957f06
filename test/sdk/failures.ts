import { inspect } from 'node:util';
import { expect } from 'vitest';

/** How a failed call looks to a program: the SDK's class of error, and the hub's own word where an answer came. */
export interface Failure {
  readonly error: string;
  /** The `iothub-errorcode` of the answer. */
  readonly code: string | undefined;
}

/** The failure of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await errorOf(call);
  return { error: error.name, code: codeOf(error) };
}

/** The error of a call that has to fail. */
export async function errorOf(call: Promise<unknown>): Promise<Error & { readonly responseBody?: string }> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) expect.fail(`The call succeeded with ${inspect(outcome.value, { depth: 1 })}.`);
  expect(outcome.error).toBeInstanceOf(Error);
  return outcome.error as Error;
}

// The generated client of digital twins keeps its headers otherwise than Node does.
function codeOf(error: Error): string | undefined {
  const { response } = error as { readonly response?: { readonly headers?: object } };
  const headers = response?.headers ?? {};
  if ('get' in headers) return (headers as Headers).get('iothub-errorcode') ?? undefined;
  return (headers as Record<string, string>)['iothub-errorcode'];
}
