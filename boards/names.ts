/** The property names that public types show: what an application outside of a script, or its engine, may say of objects, and so no minifier may change. */
import { existsSync } from "node:fs"
import ts from "typescript"

/** Names of properties of whatever the doors export, of what those take and answer, and so on; sorted. A door is a file without its extension. Takes seconds: it reads every type. */
export function publicNames(doors: readonly string[]): string[] {
  // an installed package has declarations in the place of sources
  const files = doors.map((door) => (existsSync(`${door}.ts`) ? `${door}.ts` : `${door}.d.ts`))
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, allowImportingTsExtensions: true, noEmit: true, strict: true, types: [] }
  const program = ts.createProgram(files, options)
  const names = new Set<string>()
  for (const each of files) {
    const file = program.getSourceFile(each)
    if (file === undefined) throw new Error(`publicNames: expected ${each}`)
    namesOf(program, file, names)
  }
  return [...names].sort()
}

function namesOf(program: ts.Program, file: ts.SourceFile, names: Set<string>): void {
  const checker = program.getTypeChecker()
  const seen = new Set<ts.Type>()
  const ours = (symbol: ts.Symbol): boolean => (symbol.declarations ?? []).some((each) => !program.isSourceFileDefaultLibrary(each.getSourceFile()))
  const visit = (type: ts.Type): void => {
    if (seen.has(type)) return
    seen.add(type)
    for (const part of parts(type, checker, file)) visit(part)
    if (type.symbol !== undefined && !ours(type.symbol)) return
    for (const property of type.getProperties().filter(ours)) {
      if (isPrivate(property)) continue
      names.add(property.name)
      visit(checker.getTypeOfSymbolAtLocation(property, file))
    }
  }
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class)) visit(checker.getDeclaredTypeOfSymbol(symbol))
    if (symbol.flags & ts.SymbolFlags.Value) visit(checker.getTypeOfSymbolAtLocation(symbol, file))
  }
}

/** The types that a type is made of, its properties aside. */
function parts(type: ts.Type, checker: ts.TypeChecker, at: ts.Node): ts.Type[] {
  const united = type.isUnionOrIntersection() ? type.types : []
  const given = [...checker.getTypeArguments(type as ts.TypeReference), ...(type.aliasTypeArguments ?? [])]
  const signatures = [...type.getCallSignatures(), ...type.getConstructSignatures()]
  return [...united, ...given, ...signatures.flatMap((each) => [each.getReturnType(), ...each.parameters.map((one) => checker.getTypeOfSymbolAtLocation(one, at))])]
}

function isPrivate(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration
  return declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0
}
