/** Results as JUnit XML, in the part of it that Jenkins, GitLab and GitHub's readers agree on: a suite a device, a case a check. */
import { counts, type Check } from "./result.ts"

/** The whole document, UTF-8. */
export function junit(all: readonly Check[]): string {
  const suites = [...new Set(all.map(({ of }) => of))].map((name) => suite(name, all.filter(({ of }) => of === name)))
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites name="ibake rig" ${numbers(all)}>`, ...suites, "</testsuites>", ""].join("\n")
}

function suite(name: string, own: readonly Check[]): string {
  return [`  <testsuite name="${escaped(name)}" ${numbers(own)}>`, ...own.map(testcase), "  </testsuite>"].join("\n")
}

function numbers(all: readonly Check[]): string {
  const { failed, left } = counts(all)
  return `tests="${all.length}" failures="${failed}" errors="0" skipped="${left}" time="${seconds(all.reduce((sum, { ms }) => sum + (ms ?? 0), 0))}"`
}

function testcase({ of, group, name, ms, outcome, words }: Check): string {
  const head = `    <testcase classname="${escaped(`${of}.${group}`)}" name="${escaped(name)}" time="${seconds(ms ?? 0)}"`
  if (outcome === "passed") return `${head}/>`
  const tag = outcome === "failed" ? "failure" : "skipped"
  return `${head}><${tag} message="${escaped(words!)}"/></testcase>`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** For XML and HTML: marks as entities, and characters that XML 1.0 cannot hold as U+FFFD. */
export function escaped(text: string): string {
  const held = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
  return held.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}
