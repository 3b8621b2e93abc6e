// The dialect of what runs on a device (STYLE rule 9) as data, and a few rules for everything else.
// test/lint.test.ts gives every entry below a sample that it must refuse.
import tseslint from "typescript-eslint"

/** Code that constrained engines run: all of sdk/ but the server and the command, and the ports of interpreted boards. */
const device = ["sdk/**/*.ts", "boards/parts/*.ts", "boards/rig/agent/*.ts", "boards/{espruino,hermes,moddable,quickjs}/port.ts"]
const host = ["sdk/kms/**", "sdk/cli/**"]
/** Where BigInt may stand: noble's wrappers and the machine that is made of it. */
const bigint = ["sdk/**/*noble.ts", "sdk/**/*bigint.ts"]

const not = (selector, message) => ({ selector, message })

const syntax = [
  not(":function[async=true]", "No async on a device: long work is a Job, promises live in a host wrapper."),
  not("AwaitExpression", "No await on a device: long work is a Job."),
  not(":function[generator=true]", "No generators: Espruino has none. Long work is a Job."),
  not("ForOfStatement", "No for..of: write a plain loop over an index."),
  not("SpreadElement", "No spread: concat octets, name the fields of an object."),
  not("RestElement", "No rest parameters: take an array."),
  not("ObjectPattern", "No destructuring: name the object and its field."),
  not("ArrayPattern", "No destructuring: name the array and its index."),
  not("AssignmentPattern", "No default parameters: the caller says what it means."),
  not("ChainExpression", "No `?.`: parse once, then nobody asks again."),
  not("BinaryExpression[operator='**']", "No `**`: it becomes Math.pow, which is wrong on Espruino."),
  not("AssignmentExpression[operator='**=']", "No `**=`: it becomes Math.pow, which is wrong on Espruino."),
  not("LabeledStatement", "No labels: make the inner loop a function."),
  not(":matches(ClassDeclaration, ClassExpression)[superClass]", "No `extends`: Espruino gets it wrong. Compose."),
  not("PropertyDefinition[value]", "No field initialisers: assign in the constructor."),
  not("StaticBlock", "No static blocks: loading a module does nothing."),
  not("PrivateIdentifier", "No #private names: they become WeakMaps in ES5. A closure hides better."),
  not("Literal[regex]", "No regular expressions: engines differ. Walk the characters."),
  not("CallExpression[callee.property.name='from'][callee.object.name=/Array$/]", "No from: not on every engine. Use set or a loop."),
  not(":function FunctionDeclaration", "No function declared within a function: Espruino does not hoist it. Write a const arrow before its use."),
  not("ImportExpression", "No import(): a profile names by value what goes into a bundle."),
  not("MetaProperty[meta.name='import']", "No import.meta: a device bundle is one script."),
  not("Program > ExpressionStatement[directive=undefined]", "Loading a module does nothing (STYLE rule 8)."),
  not(":matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator > :matches(CallExpression, NewExpression).init", "Loading a module does nothing (STYLE rule 8): make the value where it is used."),
  not("BinaryExpression[operator='instanceof']", "No instanceof: types of ours are told apart by a field."),
]

const bigintSyntax = [
  not("Literal[bigint]", "No BigInt on a device: it cannot be wiped and most small engines have none."),
  not("TSBigIntKeyword", "No BigInt on a device: it cannot be wiped and most small engines have none."),
]

const named = (names, message) => names.map((name) => ({ name, message }))
const bigintGlobals = named(["BigInt", "BigInt64Array", "BigUint64Array"], "No BigInt on a device: it cannot be wiped and most small engines have none.")
const missing = named(["Map", "Set", "WeakMap", "WeakSet", "Symbol", "Promise", "Proxy", "Reflect", "RegExp"], "Not on every engine: use arrays and plain objects.")
const hosts = named(["Buffer", "TextDecoder", "TextEncoder", "globalThis", "require", "structuredClone"], "Hosts have it, devices do not.")
const world = named(
  ["console", "crypto", "Date", "fetch", "performance", "process", "setImmediate", "setInterval", "setTimeout", "clearImmediate", "clearInterval", "clearTimeout", "queueMicrotask"],
  "No clock, timer, socket, randomness or console here: the Board lends them, and device.ts joins them (STYLE rule 6).",
)

const properties = [
  ...["imul", "pow", "clz32", "trunc"].map((property) => ({ object: "Math", property, message: "Not right on every engine." })),
  { object: "Object", property: "freeze", message: "Throws on some engines: `readonly` and `as const` say it at no cost." },
]
const chance = { object: "Math", property: "random", message: "Randomness comes from the Board's Entropy and is passed down." }

/** `slice` and `fill` of a typed array; those of a string, an Array or a Board's Entropy are other functions, so this rule asks for types. */
const typedArrays = {
  meta: { type: "problem", schema: [], messages: { no: "No {{name}} on a typed array: not right on every engine. Use subarray, copy, wipe, set or a loop." } },
  create(context) {
    const services = context.sourceCode.parserServices
    return {
      "MemberExpression[property.name=/^(slice|fill)$/]"(node) {
        const type = services.program.getTypeChecker().getApparentType(services.getTypeAtLocation(node.object))
        if (/^(Uint|Int|Float).*Array$/.test(type.symbol?.name ?? "")) context.report({ node, messageId: "no", data: { name: node.property.name } })
      },
    }
  },
}

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "node_modules/", "**/*.d.ts"] },
  ...tseslint.configs.recommended.map((each) => ({ ...each, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 350 }],
      "no-eval": "error",
      "no-var": "error",
      "prefer-const": "error",
      // tsc has both already, with better words
      "no-redeclare": "off",
      "@typescript-eslint/no-unused-vars": "off",
      // noUncheckedIndexedAccess makes `!` the honest word after a bound has been checked
      "@typescript-eslint/no-non-null-assertion": "off",
      // methods of an object literal have a `this` of their own
      "@typescript-eslint/no-this-alias": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    },
  },
  {
    files: ["sdk/**/*.ts", "boards/**/*.ts", "examples/**/*.ts"],
    rules: { "max-lines-per-function": ["error", { max: 60 }], complexity: ["error", 25] },
  },
  {
    // a promise that nobody waits for hides its failure: host code only, for this rule needs types
    files: ["sdk/kms/**/*.ts", "sdk/cli/**/*.ts", "boards/node/**/*.ts", "boards/virtual/**/*.ts", "boards/espruino/flash*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
    },
  },
  {
    files: device,
    ignores: host,
    plugins: { device: { rules: { "typed-arrays": typedArrays } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "device/typed-arrays": "error",
      "no-restricted-syntax": ["error", ...syntax, ...bigintSyntax],
      "no-restricted-globals": ["error", ...missing, ...hosts, ...bigintGlobals, ...world],
      "no-restricted-properties": ["error", ...properties, chance],
    },
  },
  {
    files: bigint,
    ignores: host,
    rules: {
      "no-restricted-syntax": ["error", ...syntax],
      "no-restricted-globals": ["error", ...missing, ...hosts, ...world],
    },
  },
  {
    // issuing is sans-IO: request octets in, response octets out
    files: ["sdk/kms/issue*.ts"],
    rules: { "no-restricted-globals": ["error", ...world], "no-restricted-properties": ["error", chance] },
  },
  {
    // the one loop, and ports: they may name the world, in the same dialect
    files: ["sdk/device.ts", "boards/{espruino,hermes,moddable,quickjs}/port.ts"],
    rules: {
      "no-restricted-globals": ["error", ...missing, ...hosts, ...bigintGlobals],
      "no-restricted-properties": ["error", ...properties],
    },
  },
)
