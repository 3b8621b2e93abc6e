// The engines of test/engines for `ibake rig`, which runs without a loader of TypeScript.
import { tsImport } from "tsx/esm/api"

export const { engines } = await tsImport("../engines/engines.ts", import.meta.url)
