import { formatJson, type JsonValue } from '../../domain/json.ts';
import { ok, type Result } from '../../domain/result.ts';

/** The answer to a request. `headers` alternates names and values. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  /** JSON text, raw bytes, or undefined for an answer without a body. */
  readonly body: string | Uint8Array | undefined;
}

const NO_CONTENT: Result<Answer> = ok({ status: 204, headers: [], body: undefined });

/** Answers 200 with JSON text. */
export function answerText(text: string, headers: readonly string[] = []): Result<Answer> {
  return ok({ status: 200, headers, body: text });
}

/** Answers 200 with a value as JSON. */
export function answerJson(value: JsonValue, headers: readonly string[] = []): Result<Answer> {
  return ok({ status: 200, headers, body: formatJson(value) });
}

/** Answers 204 without a body. */
export function answerNothing(): Result<Answer> {
  return NO_CONTENT;
}

/** Answers an operation without a value: 204, or its error. */
export function answerDone(result: Result<unknown>): Result<Answer> {
  return result.ok ? NO_CONTENT : result;
}
