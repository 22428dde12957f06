import { inspect } from 'node:util';
import { expect } from 'vitest';

/** A failed call as a program sees it: the error of the SDK and the error code of the hub, if it answered. */
export interface Failure {
  readonly error: string;
  /** The `iothub-errorcode` of the answer. */
  readonly code: string | undefined;
}

/** Returns the failure of a call. The test fails if the call succeeds. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await errorOf(call);
  return { error: error.name, code: codeOf(error) };
}

/** Returns the error of a call. The test fails if the call succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<Error & { readonly responseBody?: string }> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome))
    expect.fail(`The call returned ${inspect(outcome.value, { depth: 1 })}, expected an error.`);
  expect(outcome.error).toBeInstanceOf(Error);
  return outcome.error as Error;
}

// The generated client of digital twins stores headers in another form than Node.
function codeOf(error: Error): string | undefined {
  const { response } = error as { readonly response?: { readonly headers?: object } };
  const headers = response?.headers ?? {};
  if ('get' in headers) return (headers as Headers).get('iothub-errorcode') ?? undefined;
  return (headers as Record<string, string>)['iothub-errorcode'];
}
