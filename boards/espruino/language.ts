/**
 * What Espruino's interpreter lacks or gets wrong, as a reader of scripts: www.espruino.com/Features and measurements on its Linux build. It has no BigInt,
 * destructuring, spread, rest, defaults, generators, async, labels, Map, Set or Symbol; its Object.freeze throws, `extends Error` and large Math.pow are wrong;
 * and it runs a body from top to bottom: a function that is declared further down is not there yet, and neither is a `var`, so that an assignment before it,
 * or in another branch, makes a global, which every depth of a recursion shares.
 */
import ts from "typescript"

/** A place of a script that Espruino would not run as it is meant. */
export interface Trap {
  /** Which one, from `traps`. */
  readonly trap: TrapName
  /** Offset in the script. */
  readonly at: number
  /** The first characters of it. */
  readonly text: string
}

/** Every trap, in words. */
export const traps = {
  syntax: "it does not parse",
  bigint: "no BigInt",
  destructuring: "no destructuring",
  spread: "no spread or rest",
  defaults: "no default parameters",
  generator: "no generators",
  async: "no async",
  label: "no labels",
  extends: "`extends` of a built-in class is wrong",
  missing: "not there",
  freeze: "Object.freeze throws",
  pow: "Math.pow is wrong for large results",
  hoisting: "a function is used above its declaration",
  vars: "a variable is used where its `var` may not have run",
} as const

export type TrapName = keyof typeof traps

/** Globals and their methods that Espruino does not have. */
const missing = ["Map", "Set", "WeakMap", "WeakSet", "Symbol", "Reflect", "Proxy", "Math.imul", "Math.clz32", "Math.trunc", "Array.from", "Uint8Array.from", "Int32Array.from", "Float64Array.from"]

/** The traps in a script, in its order. */
export function trapsIn(script: string): Trap[] {
  const file = ts.createSourceFile("script.js", script, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
  const found: Trap[] = []
  const add = (trap: TrapName, at: number): void => void found.push({ trap, at, text: script.slice(at, at + 40) })
  // TypeScript keeps them where only its own programs look
  for (const each of (file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics) add("syntax", each.start)
  const visit = (node: ts.Node): void => {
    const trap = ofNode(node)
    if (trap !== undefined) add(trap, node.getStart())
    if (ts.isBlock(node) || ts.isSourceFile(node)) for (const at of usedAbove(node.statements)) add("hoisting", at)
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) for (const at of unsure(node as ts.FunctionLikeDeclaration)) add("vars", at)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found.sort((a, b) => a.at - b.at)
}

function ofNode(node: ts.Node): TrapName | undefined {
  if (ts.isBigIntLiteral(node)) return "bigint"
  if (ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) return "destructuring"
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && (ts.isArrayLiteralExpression(node.left) || ts.isObjectLiteralExpression(node.left))) return "destructuring"
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node) || (ts.isParameter(node) && node.dotDotDotToken !== undefined)) return "spread"
  if (ts.isParameter(node) && node.initializer !== undefined) return "defaults"
  if (ts.isFunctionLike(node)) return ofFunction(node)
  if (ts.isLabeledStatement(node)) return "label"
  if (ts.isHeritageClause(node)) return "extends"
  if (ts.isIdentifier(node) && isReference(node)) return node.text === "BigInt" ? "bigint" : missing.includes(node.text) ? "missing" : undefined
  return ts.isPropertyAccessExpression(node) ? ofProperty(node.getText()) : undefined
}

function ofFunction(node: ts.SignatureDeclaration): TrapName | undefined {
  if ("asteriskToken" in node && node.asteriskToken !== undefined) return "generator"
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  return modifiers.some((each) => each.kind === ts.SyntaxKind.AsyncKeyword) ? "async" : undefined
}

function ofProperty(text: string): TrapName | undefined {
  if (text === "Object.freeze") return "freeze"
  if (text === "Math.pow") return "pow"
  return missing.includes(text) ? "missing" : undefined
}

/** An identifier that stands for a variable, and not for a property's name. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) return parent.name !== node
  return true
}

/** References to functions of a list of statements above their declarations. */
function usedAbove(statements: readonly ts.Statement[]): number[] {
  const found: number[] = []
  for (const [i, statement] of statements.entries()) {
    if (!ts.isFunctionDeclaration(statement) || statement.name === undefined) continue
    const name = statement.name.text
    // other declarations above it only mention it: nothing has been called yet
    const before = statements.slice(0, i).filter((each) => !ts.isFunctionDeclaration(each))
    found.push(...before.flatMap((each) => references(each, (node) => node.text === name)).map((node) => node.getStart()))
  }
  return found
}

function references(within: ts.Node, is: (node: ts.Identifier) => boolean): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && isReference(node) && is(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(within)
  return found
}

/**
 * Uses of a function's own variables that no `var` surely precedes: one above them in the text, in a place that runs whenever they do. Functions within are
 * taken to be called after all of it, as terser, which moves declarations up, has them.
 */
function unsure(of: ts.FunctionLikeDeclaration): number[] {
  const declared: { name: string; at: number; within: ts.Node }[] = []
  const uses: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (node !== of && ts.isFunctionLike(node)) return
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && (ts.getCombinedNodeFlags(node) & ts.NodeFlags.BlockScoped) === 0) declared.push({ name: node.name.text, at: node.getStart(), within: sure(node) })
    else if (ts.isIdentifier(node) && isReference(node) && !isDeclared(node)) uses.push(node)
    ts.forEachChild(node, visit)
  }
  visit(of.body!)
  const parameters = of.parameters.map((each) => each.name.getText())
  const own = new Set(declared.map((each) => each.name).filter((name) => !parameters.includes(name)))
  const covered = (use: ts.Identifier): boolean => declared.some((each) => each.name === use.text && each.at < use.getStart() && use.getStart() < each.within.getEnd())
  return uses.filter((each) => own.has(each.text) && !covered(each)).map((each) => each.getStart())
}

function isDeclared(node: ts.Identifier): boolean {
  return ts.isVariableDeclaration(node.parent) && node.parent.name === node
}

/** The innermost part of a body that may be left out when its function runs, around a declaration; the function's whole body if there is none. */
function sure(declaration: ts.Node): ts.Node {
  let node = declaration
  for (let parent = node.parent; ; node = parent, parent = node.parent) {
    if (ts.isFunctionLike(parent) || ts.isSourceFile(parent)) return parent
    const first = (ts.isForStatement(parent) && node === parent.initializer) || (ts.isForInStatement(parent) && node === parent.initializer) || (ts.isTryStatement(parent) && node === parent.tryBlock)
    const branch = ts.isIfStatement(parent) || ts.isIterationStatement(parent, false) || ts.isCaseOrDefaultClause(parent) || ts.isTryStatement(parent)
    if (branch && !first && !(ts.isDoStatement(parent) && node === parent.statement)) return node
  }
}
