import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../architecture/imports.ts';

/**
 * Lists the exports of an entry of the package, and the members of each exported type. The list is sorted.
 * A function ends with `()`, an optional member with `?`.
 */
export function listPublicSurface(entry: string): readonly string[] {
  const file = join(ROOT, entry);
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} is not a module.`);
  return checker
    .getExportsOfModule(module)
    .flatMap((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const isType = (target.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) !== 0;
      return isType ? [symbol.name, ...membersOf(checker, symbol.name, target)] : [`${symbol.name}()`];
    })
    .sort();
}

function membersOf(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): readonly string[] {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  if (!(type.flags & ts.TypeFlags.Object)) return [];
  return checker.getPropertiesOfType(type).map((member) => {
    const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
    return `${name}.${member.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')}${isOptional ? '?' : ''}`;
  });
}
