/** Declarations that a minifier leaves at the end of a function, `return a = f(), a + a; var a`, go to its beginning: Espruino makes a variable where its `var` runs. */
import ts from "typescript"
import { applied, nodes, type Edit, type Shrunk } from "./shrink.ts"

/** The minified text with each function's last `var` moved up, if it sets nothing. */
export function settled(text: string): Shrunk {
  const file = ts.createSourceFile("script.js", text, ts.ScriptTarget.ES5, true)
  const bodies = nodes(file, ts.isBlock).filter((each) => ts.isFunctionLike(each.parent))
  return applied(text, bodies.flatMap((body) => moved(body, text)), "")
}

function moved(body: ts.Block, text: string): Edit[] {
  const last = body.statements.at(-1)
  if (last === undefined || body.statements.length < 2 || !ts.isVariableStatement(last)) return []
  if (last.declarationList.declarations.some((each) => each.initializer !== undefined)) return []
  const first = body.statements[0]!.getStart()
  const from = text.charAt(last.getStart() - 1) === ";" ? last.getStart() - 1 : last.getStart()
  return [{ from: first, to: first, text: `${last.declarationList.getText()};` }, { from, to: last.getEnd(), text: "" }]
}
