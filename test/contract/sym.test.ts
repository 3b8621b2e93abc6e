import { nobleSym } from "../../sdk/sym/noble.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { symLaws } from "./sym-laws.ts"

symLaws("noble", nobleSym)
symLaws("plain", plainSym)
