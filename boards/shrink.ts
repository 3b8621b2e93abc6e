/**
 * What minifiers leave in an ES5 script: `void 0` six hundred times, `Name.prototype.` before each method, the same string forty times. Each gets a name
 * of one letter from the minifier that comes next. The text stays valid ES5 and does the same.
 */
import ts from "typescript"

/** A text made shorter, and where each place of it was before. */
export interface Shrunk {
  readonly text: string
  /** The offset in the text before of an offset in the text after; -1 for what was put in. */
  before(offset: number): number
}

/** Other text for a part of a text, or put in where the part is empty. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** Puts the body of a script into a function of its own, so that `global` is all that an engine's global scope sees, and shortens it; the body ends with a `return`. */
export function shrink(body: string, global: string): Shrunk {
  const file = ts.createSourceFile("script.js", `(function(){${body}})`, ts.ScriptTarget.ES5, true)
  const shift = file.text.indexOf("{") + 1
  const [names, strings] = repeated(file)
  const edits = [...strings, ...absent(file), ...prototypes(file)].map((each) => ({ from: each.from - shift, to: each.to - shift, text: each.text }))
  // a parameter that nobody gives is undefined, and the minifier gives it a shorter name than `void 0`
  edits.push({ from: 0, to: 0, text: `var ${global} = (function (undefined) {${names}` })
  return applied(body, edits, "})();\n")
}

/** The function of `(function () { ... })()` or `(function () { ... }())`. */
function called(node: ts.Expression | undefined): ts.FunctionExpression | undefined {
  if (node === undefined) return undefined
  const call = bare(node)
  if (!ts.isCallExpression(call) || call.arguments.length > 0) return undefined
  const callee = bare(call.expression)
  return ts.isFunctionExpression(callee) && callee.parameters.length === 0 ? callee : undefined
}

function bare(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? bare(node.expression) : node
}

function absent(within: ts.Node): Edit[] {
  return nodes(within, ts.isVoidExpression).filter((each) => each.expression.getText() === "0").map((each) => ({ from: each.getStart(), to: each.getEnd(), text: "undefined" }))
}

/** One name for `X.prototype` in the function that makes class X, where it has two methods or more. */
function prototypes(within: ts.Node): Edit[] {
  const classes = nodes(within, ts.isVariableDeclaration).flatMap((each) => called(each.initializer) ?? [])
  return classes.flatMap((each) => {
    const lefts = each.body.statements.flatMap((statement) => prototypeOf(statement) ?? [])
    if (lefts.length < 2) return []
    const first = lefts[0]!
    const named = lefts.map((left) => ({ from: left.getStart(), to: left.getEnd(), text: "methods$" }))
    return [{ from: first.getStart(), to: first.getStart(), text: `var methods$ = ${first.getText()};` }, ...named]
  })
}

/** `X.prototype` of the statement `X.prototype.method = ...`. */
function prototypeOf(statement: ts.Statement): ts.Expression | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return undefined
  const left = statement.expression.left
  if (!ts.isPropertyAccessExpression(left) || !ts.isPropertyAccessExpression(left.expression)) return undefined
  return left.expression.name.text === "prototype" ? left.expression : undefined
}

/** Declarations of the strings that are worth a name, and the edits that put the names in their places. */
function repeated(within: ts.Node): [names: string, edits: Edit[]] {
  const uses = new Map<string, ts.StringLiteral[]>()
  for (const each of nodes(within, ts.isStringLiteral).filter(isValue)) uses.set(each.text, [...(uses.get(each.text) ?? []), each])
  let names = ""
  const edits: Edit[] = []
  for (const [text, list] of uses) {
    const octets = Buffer.byteLength(JSON.stringify(text))
    // a name takes two octets, its declaration four more
    if (list.length * octets - (list.length * 2.2 + octets + 4) <= 2) continue
    const name = `text$${edits.length}`
    names += `var ${name} = ${list[0]!.getText()};`
    edits.push(...list.map((each) => ({ from: each.getStart(), to: each.getEnd(), text: name })))
  }
  return [names, edits]
}

/** A string that stands for a value, and not for a property's name, which the minifier may have to read. */
function isValue(node: ts.StringLiteral): boolean {
  const parent = node.parent
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isElementAccessExpression(parent) || ts.isExpressionStatement(parent)) return false
  return !(ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InKeyword)
}

/** Every node of a kind, in the order of the text. */
export function nodes<N extends ts.Node>(within: ts.Node, is: (node: ts.Node) => node is N): N[] {
  const found: N[] = []
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(within)
  return found
}

/** Edits of distinct places; those that put in come before one that replaces at the same place. */
export function applied(script: string, edits: readonly Edit[], end: string): Shrunk {
  const sorted = [...edits].sort((a, b) => a.from - b.from || a.to - b.to)
  let text = ""
  let at = 0
  const pieces: { readonly start: number; readonly before: number }[] = []
  for (const edit of sorted) {
    pieces.push({ start: text.length, before: at })
    text += script.slice(at, edit.from)
    pieces.push({ start: text.length, before: edit.to > edit.from ? edit.from : -1 })
    text += edit.text
    at = edit.to
  }
  pieces.push({ start: text.length, before: at })
  text += script.slice(at)
  pieces.push({ start: text.length, before: -1 })
  return {
    text: text + end,
    before(offset: number): number {
      let low = 0
      for (let high = pieces.length; high - low > 1; ) {
        const middle = (low + high) >> 1
        if (pieces[middle]!.start <= offset) low = middle
        else high = middle
      }
      const piece = pieces[low]!
      // pieces alternate: as it was, and put in
      return piece.before < 0 ? -1 : piece.before + (low % 2 === 0 ? offset - piece.start : 0)
    },
  }
}
