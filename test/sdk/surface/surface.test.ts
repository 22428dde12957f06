import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { transportsThat } from '../transports.ts';
import { type Coverage, type SdkClass, SURFACE } from './surface.ts';
import { readTests } from './test-sources.ts';

const require = createRequire(import.meta.url);

/** Returns the public methods of a class, including static ones, without those that its package declares private. */
function publicMethodsOf({ sdkClass, declarations }: SdkClass): string[] {
  const names: string[] = [];
  for (let level = sdkClass.prototype; isOfSdk(level); level = Object.getPrototypeOf(level)) {
    names.push(...methodNamesOf(level));
  }
  names.push(...methodNamesOf(sdkClass).map((name) => `static ${name}`));
  const hidden = new Set(declarations.flatMap(privateMembersOf));
  return [...new Set(names)].filter((name) => !hidden.has(name)).sort();
}

function isOfSdk(prototype: object): boolean {
  return prototype !== Object.prototype && prototype !== EventEmitter.prototype;
}

function methodNamesOf(owner: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner))
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
    .map(([name]) => name)
    .filter((name) => !name.startsWith('_'));
}

function privateMembersOf(declaration: string): string[] {
  const text = readFileSync(require.resolve(declaration), 'utf8');
  const source = ts.createSourceFile(declaration, text, ts.ScriptTarget.ES2023);
  const members = source.statements.filter(ts.isClassDeclaration).flatMap(({ members }) => [...members]);
  return members.flatMap((member) => {
    const kinds = new Set(
      ts.canHaveModifiers(member) ? ts.getModifiers(member)?.map(({ kind }) => kind) : [],
    );
    const isHidden = kinds.has(ts.SyntaxKind.PrivateKeyword) || kinds.has(ts.SyntaxKind.ProtectedKeyword);
    if (!isHidden || member.name === undefined || !ts.isIdentifier(member.name)) return [];
    return [`${kinds.has(ts.SyntaxKind.StaticKeyword) ? 'static ' : ''}${member.name.text}`];
  });
}

/** Returns what is wrong with the coverage of a method, or undefined. */
function findProblem(method: string, sdkClass: SdkClass, coverage: Coverage): string | undefined {
  switch (coverage.kind) {
    case 'unsupported':
      return undefined;
    case 'unavailable': {
      const transports = transportsThat(coverage.capability);
      return transports.length === 0
        ? undefined
        : `${coverage.capability} is listed as unavailable, but runs over ${transports}.`;
    }
    case 'tested':
    case 'refused': {
      const calls = readTests(coverage.file).get(coverage.test);
      if (calls === undefined) return `Test '${coverage.test}' was not found in ${coverage.file}.`;
      const call = method.replace('static', (sdkClass.sdkClass as { readonly name?: string }).name ?? '');
      return calls.has(call.replace(' ', '.')) ? undefined : `Test '${coverage.test}' does not call ${call}.`;
    }
  }
}

describe.each(Object.entries(SURFACE))('%s of the Node SDK', (_name, sdkClass) => {
  it('has exactly the listed methods', () => {
    expect(publicMethodsOf(sdkClass)).toEqual(Object.keys(sdkClass.methods).sort());
  });

  it.each(Object.entries(sdkClass.methods))('has the listed coverage of %s', (method, coverage) => {
    expect(findProblem(method, sdkClass, coverage)).toBeUndefined();
  });
});
