import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { listSourceFiles, ROOT } from '../architecture/imports.ts';

/** One call of the log in the sources. */
export interface LogCall {
  /** `path:line`. */
  readonly place: string;
  readonly levels: readonly string[];
  /** Undefined if the event is not a constant. */
  readonly event: string | undefined;
  /** The names of the fields. */
  readonly fields: readonly string[];
  readonly reason: LogReason;
}

/** The `reason` of a log line: absent, one of some words, or a text (a sentence, or a value known only at run time). */
type LogReason =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'text' };

/** The calls of the log and the reasons of errors in the sources of the emulator. */
export interface LogVocabulary {
  readonly calls: readonly LogCall[];
  /** The reasons of `failed(name, message, reason)` and `refused(reason)`, which an error passes to the log. */
  readonly errorReasons: readonly string[];
}

let vocabulary: LogVocabulary | undefined;

/**
 * Reads every call `log(level, event, fields)` and `….log(level, event, fields)` of the emulator. The result is cached,
 * because this takes seconds. Types are resolved, because many reasons are constants of a union and many fields are
 * spread.
 */
export function readLogVocabulary(): LogVocabulary {
  vocabulary ??= readVocabulary();
  return vocabulary;
}

function readVocabulary(): LogVocabulary {
  const files = listSourceFiles(['emulator']).filter((file) => file.endsWith('.ts'));
  const program = createProgram(files.map((file) => join(ROOT, file)));
  const checker = program.getTypeChecker();
  const calls: LogCall[] = [];
  const errorReasons = new Set<string>();
  const sources = files.map((file) => {
    const source = program.getSourceFile(join(ROOT, file));
    if (source === undefined) throw new Error(`${file} cannot be read.`);
    return source;
  });
  for (const [index, source] of sources.entries()) {
    const file = files[index] as string;
    visitCalls(source, (call, name) => {
      if (name === 'log') calls.push(...readLogCall(checker, call, file, sources));
      for (const word of readErrorReasons(checker, call, name)) errorReasons.add(word);
    });
  }
  return { calls, errorReasons: [...errorReasons] };
}

/** Returns every string literal of the emulator outside types and outside the given files. */
export function readStringLiterals(excludedFiles: readonly string[]): ReadonlySet<string> {
  const literals = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) literals.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const file of listSourceFiles(['emulator'])) {
    if (excludedFiles.includes(file)) continue;
    visit(ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023));
  }
  return literals;
}

function createProgram(files: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  return ts.createProgram([...files], options);
}

function visitCalls(node: ts.Node, visit: (call: ts.CallExpression, name: string) => void): void {
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    if (ts.isIdentifier(expression)) visit(node, expression.text);
    else if (ts.isPropertyAccessExpression(expression)) visit(node, expression.name.text);
  }
  ts.forEachChild(node, (child) => visitCalls(child, visit));
}

// A call without a level and fields, such as `console.log(text)`, is not one of the log.
function readLogCall(
  checker: ts.TypeChecker,
  call: ts.CallExpression,
  file: string,
  sources: readonly ts.SourceFile[],
): readonly LogCall[] {
  const [level, event, fields] = call.arguments;
  if (level === undefined || event === undefined || fields === undefined) return [];
  const source = call.getSourceFile();
  const place = `${file}:${source.getLineAndCharacterOfPosition(call.getStart(source)).line + 1}`;
  const levels = literalsOf(checker.getTypeAtLocation(level));
  const members = checker.getPropertiesOfType(checker.getTypeAtLocation(fields));
  const reason = members.find(({ name }) => name === 'reason');
  const events = literalsOf(checker.getTypeAtLocation(event));
  return (events.length === 0 ? [undefined] : events).map((word) => ({
    place,
    levels,
    event: word,
    fields: [...members.map(({ name }) => name), ...readOpenFields(checker, fields, sources)],
    reason: reason === undefined ? { kind: 'none' } : readReason(checker, reason, fields),
  }));
}

/**
 * Returns the fields that `{ ...client.logFields }` adds if the type of `logFields` is open. A wire does not know the
 * fields of its service, so the types are those of the getters with this name in classes.
 */
function readOpenFields(
  checker: ts.TypeChecker,
  fields: ts.Expression,
  sources: readonly ts.SourceFile[],
): readonly string[] {
  const declaration = checker.getSymbolAtLocation(fields)?.valueDeclaration;
  const isVariable = declaration !== undefined && ts.isVariableDeclaration(declaration);
  const literal = isVariable ? declaration.initializer : fields;
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return [];
  return literal.properties.flatMap((member) => {
    if (!ts.isSpreadAssignment(member) || !ts.isPropertyAccessExpression(member.expression)) return [];
    const { expression } = member;
    const type = checker.getNonNullableType(checker.getTypeAtLocation(expression));
    if (checker.getIndexInfoOfType(type, ts.IndexKind.String) === undefined) return [];
    const getters = sources.flatMap((source) => findGetters(source, expression.name.text));
    return getters.flatMap((getter) =>
      checker
        .getTypeAtLocation(getter)
        .getProperties()
        .map(({ name }) => name),
    );
  });
}

function findGetters(node: ts.Node, name: string): readonly ts.GetAccessorDeclaration[] {
  if (ts.isGetAccessorDeclaration(node) && node.name.getText() === name) return [node];
  const found: ts.GetAccessorDeclaration[] = [];
  ts.forEachChild(node, (child) => {
    found.push(...findGetters(child, name));
  });
  return found;
}

function readReason(checker: ts.TypeChecker, reason: ts.Symbol, fields: ts.Expression): LogReason {
  const { valueDeclaration } = reason;
  const value =
    valueDeclaration !== undefined && ts.isPropertyAssignment(valueDeclaration)
      ? checker.getTypeAtLocation(valueDeclaration.initializer)
      : checker.getTypeOfSymbolAtLocation(reason, fields);
  const words = literalsOf(value);
  const isText = words.length === 0 || words.some((word) => /\s/.test(word));
  return isText ? { kind: 'text' } : { kind: 'words', words };
}

const REASON_POSITION: Readonly<Record<string, number>> = { failed: 2, refused: 0 };

// A function `refused` with more arguments belongs to the table of routes.
function readErrorReasons(checker: ts.TypeChecker, call: ts.CallExpression, name: string): readonly string[] {
  const argument = call.arguments[REASON_POSITION[name] ?? -1];
  if (argument === undefined || (name === 'refused' && call.arguments.length > 2)) return [];
  return literalsOf(checker.getTypeAtLocation(argument));
}

/** Returns the string literals of a type, or none if the type is `string`. */
function literalsOf(type: ts.Type): readonly string[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
}
