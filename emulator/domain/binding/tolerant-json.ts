import { type JsonValue, parseJson } from '../json.ts';
import type { Result } from '../result.ts';

/**
 * Parses JSON text as Newtonsoft.Json does, the library of the service. Beside JSON it accepts names without quotes,
 * single quotes, comments, and one comma after the last item or member. Errors are those of {@link parseJson}.
 */
export function parseTolerantJson(text: string): Result<JsonValue> {
  const strict = parseJson(text);
  if (strict.ok) return strict;
  const json = rewriteAsJson(text);
  return json === undefined ? strict : parseJson(json);
}

// White space, comments, strings, words and punctuation. A word is a name, a number or a literal. The expression is
// sticky, so that it stops at the first error, and no token can match in two ways. The time is linear in the text.
const TOKENS =
  /[ \t\r\n]+|\/\/[^\r\n]*|\/\*.*?\*\/|"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'|[\p{L}\p{Nd}_$+.-]+|[{}[\],:]/gsuy;
const NAME = /^[\p{L}\p{Nd}_$]+$/u;

/** The tokens of a text, and what the next token depends on. White space and comments are never `previous`. */
interface Rewriting {
  readonly tokens: string[];
  /** The open brackets around the next token. */
  readonly containers: string[];
  previous: 'nothing' | 'bracket' | 'name' | 'colon' | 'value' | 'comma';
  /** The index of the last comma. */
  comma: number;
}

/**
 * Rewrites text token by token as JSON. It changes what is tolerated and copies the rest, which {@link parseJson} judges
 * then. Returns undefined if the text is invalid in any case.
 */
function rewriteAsJson(text: string): string | undefined {
  const tokens: string[] = text.match(TOKENS) ?? [];
  const rewriting: Rewriting = { tokens, containers: [], previous: 'nothing', comma: 0 };
  let length = 0;
  for (const [index, token] of tokens.entries()) {
    length += token.length;
    if (!rewriteToken(rewriting, token, index)) return undefined;
  }
  return length === text.length ? tokens.join('') : undefined;
}

/** Rewrites one token in its place. Returns false if it is invalid there. */
function rewriteToken(rewriting: Rewriting, token: string, index: number): boolean {
  const { tokens, containers, previous } = rewriting;
  const first = token.charAt(0);
  if (' \t\r\n'.includes(first)) return true;
  if (first === '/') {
    tokens[index] = ' ';
    // Newtonsoft.Json refuses a comment between a name and its colon.
    return previous !== 'name';
  }
  if (first === '{' || first === '[') {
    containers.push(first);
    rewriting.previous = 'bracket';
  } else if (first === '}' || first === ']') {
    containers.pop();
    if (previous === 'comma') tokens[rewriting.comma] = '';
    rewriting.previous = 'value';
  } else if (first === ':') rewriting.previous = 'colon';
  else if (first === ',') {
    rewriting.comma = index;
    rewriting.previous = 'comma';
    return previous === 'value';
  } else {
    const isName = containers.at(-1) === '{' && (previous === 'bracket' || previous === 'comma');
    tokens[index] = rewriteText(token, isName);
    rewriting.previous = isName ? 'name' : 'value';
  }
  return true;
}

function rewriteText(token: string, isName: boolean): string {
  if (token.startsWith("'")) return `"${token.slice(1, -1).replace(/\\.|"/gs, rewriteQuote)}"`;
  return isName && NAME.test(token) ? `"${token}"` : token;
}

function rewriteQuote(text: string): string {
  if (text === '"') return '\\"';
  return text === "\\'" ? "'" : text;
}
