/** Makes docs/engines.md: which cases each engine of the tests has to pass, and what is left out, by the manifests and the files of cases. */
import { writeFileSync } from "node:fs"
import { page } from "../test/engines/report.ts"

writeFileSync(new URL("engines.md", import.meta.url), await page())
