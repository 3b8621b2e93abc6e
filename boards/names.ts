/** The property names that the SDK's public types show: what an application outside of a script may say of the objects it is given, and so no minifier may change. */
import { join } from "node:path"
import ts from "typescript"

/** Names of properties of whatever `sdk/index.ts` exports, of what those take and answer, and so on; sorted. Takes seconds: it reads every type. */
export function publicNames(root: string): string[] {
  const door = join(root, "sdk/index.ts")
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, allowImportingTsExtensions: true, noEmit: true, strict: true, types: [] }
  const program = ts.createProgram([door], options)
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(door)
  if (file === undefined) throw new Error(`publicNames: expected ${door}`)
  const seen = new Set<ts.Type>()
  const names = new Set<string>()
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
  return [...names].sort()
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
